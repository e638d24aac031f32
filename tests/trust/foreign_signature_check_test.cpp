#include "base/encoding.hpp"
#include "base/text.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/trust/foreign_vectors.hpp"
#include "trust/foreign/signature_check.hpp"
#include "trust/tuf/envelope.hpp"

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using base::cat;
using trust::foreign::checks_any;
using trust::tuf::Key;

namespace {

namespace tuf = trust::tuf;

void require_openssl(bool holds) {
  if (!holds) throw std::runtime_error(ERR_error_string(ERR_get_error(), nullptr));
}

// A key pair that OpenSSL makes for this run.
class Pair {
 public:
  explicit Pair(EVP_PKEY* key) : m_key(key, EVP_PKEY_free) { require_openssl(key != nullptr); }
  static Pair ec(const char* curve) { return Pair(EVP_EC_gen(curve)); }
  static Pair rsa(std::size_t bits) { return Pair(EVP_RSA_gen(bits)); }

  [[nodiscard]] std::string pem() const {
    return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, m_key.get()); });
  }
  [[nodiscard]] std::string traditional_pem() const {
    const std::unique_ptr<OSSL_ENCODER_CTX, void (*)(OSSL_ENCODER_CTX*)> context(
        OSSL_ENCODER_CTX_new_for_pkey(m_key.get(), EVP_PKEY_PUBLIC_KEY, "PEM", "type-specific",
                                      nullptr),
        OSSL_ENCODER_CTX_free);
    return written([&](BIO* bio) { return OSSL_ENCODER_to_bio(context.get(), bio); });
  }
  void set_text(const char* name, const char* value) const {
    require_openssl(EVP_PKEY_set_utf8_string_param(m_key.get(), name, value) == 1);
  }

  enum class Padding { none, pkcs1, pss };
  [[nodiscard]] std::string sign(std::string_view message, Padding padding = Padding::none,
                                 const EVP_MD* digest = EVP_sha256(),
                                 int salt = RSA_PSS_SALTLEN_DIGEST) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    EVP_PKEY_CTX* key_context = nullptr;
    require_openssl(EVP_DigestSignInit(context.get(), &key_context, digest, nullptr, m_key.get()) ==
                    1);
    if (padding == Padding::pss) {
      require_openssl(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1);
      require_openssl(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, salt) == 1);
    }
    std::size_t size = 2000;
    std::string signature(size, '\0');
    require_openssl(EVP_DigestSign(context.get(),
                                   reinterpret_cast<unsigned char*>(signature.data()), &size,
                                   reinterpret_cast<const unsigned char*>(message.data()),
                                   message.size()) == 1);
    signature.resize(size);
    return signature;
  }

 private:
  template <class Write>
  static std::string written(Write&& write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
    require_openssl(write(bio.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> m_key;
};

Key key_of(std::string_view type, std::string_view scheme, std::string_view value) {
  return {tuf::key_id(type, scheme, value), std::string(type), std::string(scheme),
          std::string(value)};
}
Key ec_key(std::string_view pem) { return key_of("ecdsa", "ecdsa-sha2-nistp256", pem); }
Key rsa_key(std::string_view pem) { return key_of("rsa", "rsassa-pss-sha256", pem); }

std::string hex(std::string_view digits) { return base::from_hex(digits).value(); }

const Pair& rsa_2048() {
  static const Pair pair = Pair::rsa(2048);
  return pair;
}

}  // namespace

TEST_SUITE("trust/foreign/signature_check") {
  TEST_CASE("signatures of python's cryptography are known") {
    using namespace foreign_vectors;
    const std::string ec_signature = hex(kEcSignature);
    CHECK(checks_any(ec_key(kEcPem), foreign_vectors::kMessage, ec_signature));
    CHECK(checks_any(key_of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", kEcPem),
                     foreign_vectors::kMessage, ec_signature));
    for (const std::string_view signature :
         {kDigestSaltSignature, kLongestSaltSignature, kNoSaltSignature}) {
      CHECK(checks_any(rsa_key(kRsaPem), foreign_vectors::kMessage, hex(signature)));
      CHECK_FALSE(
          checks_any(rsa_key(kRsaPem), cat(foreign_vectors::kMessage, ' '), hex(signature)));
      CHECK_FALSE(checks_any(ec_key(kEcPem), foreign_vectors::kMessage, hex(signature)));
    }
    CHECK_FALSE(checks_any(ec_key(kEcPem), cat(foreign_vectors::kMessage, ' '), ec_signature));
    CHECK_FALSE(checks_any(rsa_key(kRsaPem), foreign_vectors::kMessage, ec_signature));
  }

  TEST_CASE("Ed25519 is what the agent makes of it") {
    const auto pair = test::new_key();
    const Key key = tuf::key_of(pair->public_key());
    CHECK(
        checks_any(key, foreign_vectors::kMessage, pair->sign_message(foreign_vectors::kMessage)));
    CHECK_FALSE(checks_any(key, "", pair->sign_message(foreign_vectors::kMessage)));
    CHECK_FALSE(tuf::checks_ed25519(ec_key(foreign_vectors::kEcPem), foreign_vectors::kMessage,
                                    hex(foreign_vectors::kEcSignature)));
  }

  TEST_CASE("keys of this run sign, and other keys, bytes and schemes do not count") {
    const Pair ec = Pair::ec("P-256");
    const Pair other_ec = Pair::ec("P-256");
    const std::string signature = ec.sign(foreign_vectors::kMessage);
    CHECK(checks_any(ec_key(ec.pem()), foreign_vectors::kMessage, signature));
    CHECK_FALSE(checks_any(ec_key(other_ec.pem()), foreign_vectors::kMessage, signature));
    CHECK_FALSE(checks_any(ec_key(ec.pem()), foreign_vectors::kMessage,
                           ec.sign(foreign_vectors::kMessage, Pair::Padding::none, EVP_sha384())));
    for (std::size_t size = 0; size < signature.size(); ++size)
      CHECK_FALSE(
          checks_any(ec_key(ec.pem()), foreign_vectors::kMessage, signature.substr(0, size)));
    CHECK_FALSE(checks_any(ec_key(ec.pem()), foreign_vectors::kMessage, signature + '\0'));

    const Pair& rsa = rsa_2048();
    const std::string pss = rsa.sign(foreign_vectors::kMessage, Pair::Padding::pss);
    CHECK(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage, pss));
    CHECK_FALSE(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage,
                           rsa.sign(foreign_vectors::kMessage)));  // PKCS #1 1.5
    CHECK_FALSE(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage,
                           rsa.sign(foreign_vectors::kMessage, Pair::Padding::pss, EVP_sha512())));
    CHECK_FALSE(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage, pss.substr(1)));
    CHECK_FALSE(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage, pss + '\0'));
    CHECK_FALSE(checks_any(rsa_key(rsa.pem()), foreign_vectors::kMessage, ""));
    const std::vector<std::pair<std::string, std::string>> unknown{
        {"rsa", "rsassa-pss-sha512"},     {"rsa", "ecdsa-sha2-nistp256"},
        {"rsa", "rsa-pkcs1v15-sha256"},   {"ecdsa", "rsassa-pss-sha256"},
        {"ed25519", "rsassa-pss-sha256"}, {"", ""},
        {"RSA", "rsassa-pss-sha256"}};
    for (const auto& each : unknown)
      CHECK_FALSE(
          checks_any(key_of(each.first, each.second, rsa.pem()), foreign_vectors::kMessage, pss));
  }

  TEST_CASE("weak keys and other curves are no keys") {
    const Pair weak = Pair::rsa(2040);
    CHECK_FALSE(checks_any(rsa_key(weak.pem()), foreign_vectors::kMessage,
                           weak.sign(foreign_vectors::kMessage, Pair::Padding::pss)));
    const Pair strong = Pair::rsa(3072);
    CHECK(checks_any(rsa_key(strong.pem()), foreign_vectors::kMessage,
                     strong.sign(foreign_vectors::kMessage, Pair::Padding::pss)));
    for (const char* const curve : {"P-384", "P-224", "secp256k1"}) {
      INFO(curve);
      const Pair pair = Pair::ec(curve);
      CHECK_FALSE(checks_any(ec_key(pair.pem()), foreign_vectors::kMessage,
                             pair.sign(foreign_vectors::kMessage)));
    }
    const Pair ed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    CHECK_FALSE(checks_any(ec_key(ed.pem()), foreign_vectors::kMessage, std::string(64, '\0')));
  }

  TEST_CASE("a key has one spelling, so that it cannot count twice") {
    const Pair ec = Pair::ec("P-256");
    const std::string pem = ec.pem();
    const std::string signature = ec.sign(foreign_vectors::kMessage);
    const std::string crlf = base::replace_all(pem, "\n", "\r\n");
    CHECK(checks_any(ec_key(crlf), foreign_vectors::kMessage, signature));
    CHECK(tuf::identity_of(ec_key(crlf)) == tuf::identity_of(ec_key(pem)));
    CHECK(checks_any(ec_key(pem.substr(0, pem.size() - 1)), foreign_vectors::kMessage, signature));

    std::vector<std::string> others{
        "",
        "-----BEGIN PUBLIC KEY-----",
        cat("a comment\n", pem),
        cat(pem, "more"),
        cat(pem, pem),
        cat(pem, '\0'),
        base::replace_all(pem, "PUBLIC KEY", "EC PUBLIC KEY"),
        base::replace_all(pem, "\n", ""),
        base::replace_all(pem, "\nM", "\n M"),
        base::replace_all(pem, "\n-----END", " \n-----END"),
        cat(pem, std::string(trust::foreign::kMaxPemBytes, '\n')),
    };
    const Pair compressed(EVP_EC_gen("P-256"));
    compressed.set_text(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
    for (const std::string& other : others) {
      INFO(other);
      CHECK_FALSE(checks_any(ec_key(other), foreign_vectors::kMessage, signature));
    }
    CHECK(compressed.pem().size() < pem.size());
    CHECK_FALSE(checks_any(ec_key(compressed.pem()), foreign_vectors::kMessage,
                           compressed.sign(foreign_vectors::kMessage)));
    const Pair explicit_curve(EVP_EC_gen("P-256"));
    explicit_curve.set_text(OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
    CHECK(explicit_curve.pem().size() > pem.size());
    CHECK_FALSE(checks_any(ec_key(explicit_curve.pem()), foreign_vectors::kMessage,
                           explicit_curve.sign(foreign_vectors::kMessage)));
    const Pair& rsa = rsa_2048();
    CHECK_FALSE(checks_any(rsa_key(rsa.traditional_pem()), foreign_vectors::kMessage,
                           rsa.sign(foreign_vectors::kMessage, Pair::Padding::pss)));
    CHECK(ERR_peek_error() == 0);
  }

  TEST_CASE("one role may have keys of all three kinds") {
    const Pair ec = Pair::ec("P-256");
    const Pair& rsa = rsa_2048();
    const auto ed = test::new_key();
    const base::json::Value content = base::json::Object{{"a", 1}};
    const std::string canonical = "{\"a\":1}";
    tuf::Authority authority{{ec_key(ec.pem()), rsa_key(rsa.pem()), tuf::key_of(ed->public_key()),
                              // the first one again, by another type and other line ends
                              key_of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
                                     base::replace_all(ec.pem(), "\n", "\r\n"))},
                             3};
    tuf::Signatures signatures;
    tuf::add_signature(signatures, *ed, content);
    signatures.emplace(authority.keys[0].id, ec.sign(canonical));
    signatures.emplace(authority.keys[1].id, rsa.sign(canonical, Pair::Padding::pss));
    signatures.emplace(authority.keys[3].id, ec.sign(canonical));
    REQUIRE(signatures.size() == 4);
    const auto envelope = tuf::parse_envelope(tuf::write_envelope(content, signatures), 100'000);
    CHECK(tuf::count_signatures(envelope, authority, checks_any) == 3);
    CHECK(tuf::count_signatures(envelope, authority, tuf::checks_ed25519) == 1);
  }
}
