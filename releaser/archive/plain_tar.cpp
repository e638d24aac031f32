#include "releaser/archive/plain_tar.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/archive/tar.hpp"

namespace releaser {

PlainTar::PlainTar(const base::Path& target, base::Time date) : m_file(target), m_date(date) {}

void PlainTar::write(std::string_view bytes) {
  m_file.write(bytes);
  m_sha256.update(bytes);
  m_size += bytes.size();
}

void PlainTar::add(const std::string& name, std::uint64_t size,
                   const std::function<void(const base::ByteSink& sink)>& send) {
  write(tar::header(name, size, false, m_date));
  const std::uint64_t begin = m_size;
  send([&](std::string_view bytes) { write(bytes); });
  if (m_size - begin != size) {
    throw base::Error(base::Errc::internal, base::cat(name, ": it has another size than was said"));
  }
  write(std::string(tar::padding(size), '\0'));
}

PlainTar::Written PlainTar::finish() {
  write(std::string(tar::kEndBytes, '\0'));
  m_file.commit();
  return {m_size, m_sha256.finish()};
}

}  // namespace releaser
