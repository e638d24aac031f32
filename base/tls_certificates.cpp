#include "base/tls_certificates.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <utility>

namespace base {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

void require(bool succeeded, std::string_view what) {
  if (!succeeded) {
    throw Error(Errc::internal, cat("OpenSSL cannot ", what));
  }
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()), X509_EXTENSION_free);
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
          cat("make a certificate extension: ", value));
}

// A version 3 certificate without extensions and signature; `issuer` null: its own.
Certificate blank_certificate(EVP_PKEY* key, const X509* issuer, const std::string& name,
                              Time not_before, Time not_after) {
  Certificate certificate(X509_new(), X509_free);
  require(certificate != nullptr, "make a certificate");
  unsigned char serial[16];
  require(RAND_bytes(serial, sizeof serial) == 1, "make a serial number");
  serial[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(BN_bin2bn(serial, sizeof serial, nullptr),
                                                          BN_free);
  require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr,
          "set a serial number");
  require(X509_set_version(certificate.get(), 2) == 1, "set a certificate's version");
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), not_before.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), not_after.time_since_epoch().count());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1,
          "set a certificate's name");
  require(X509_set_issuer_name(certificate.get(),
                               issuer == nullptr ? subject : X509_get_subject_name(issuer)) == 1,
          "set a certificate's issuer");
  require(X509_set_pubkey(certificate.get(), key) == 1, "set a certificate's key");
  return certificate;
}

bool is_address(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  parts.reserve(names.size());
  for (const auto& name : names) {
    parts.push_back(cat(is_address(name) ? "IP:" : "DNS:", name));
  }
  return join(parts, ",");
}

TlsIdentity make_authority(Time not_before, Time not_after) {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  require(key != nullptr, "make a key");
  Certificate certificate =
      blank_certificate(key.get(), nullptr, "cco-release throw-away CA", not_before, not_after);
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints,
                "critical,CA:TRUE,pathlen:0");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign a certificate");
  return TlsIdentity(std::make_unique<TlsIdentity::State>(
      TlsIdentity::State{std::move(key), std::move(certificate)}));
}

}  // namespace

TlsIdentity::TlsIdentity(std::unique_ptr<State> state) : m_state(std::move(state)) {}
TlsIdentity::TlsIdentity(TlsIdentity&&) noexcept = default;
TlsIdentity& TlsIdentity::operator=(TlsIdentity&&) noexcept = default;
TlsIdentity::~TlsIdentity() = default;

CertificateAuthority::CertificateAuthority(Time not_before, Time not_after)
    : m_identity(make_authority(not_before, not_after)) {}

std::string CertificateAuthority::certificate_pem() const {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  require(memory != nullptr &&
              PEM_write_bio_X509(memory.get(), m_identity.state().certificate.get()) == 1,
          "write a certificate");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

TlsIdentity CertificateAuthority::issue(const CertificateOptions& options) const {
  X509* const issuer = m_identity.state().certificate.get();
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  require(key != nullptr, "make a key");
  Certificate certificate = blank_certificate(key.get(), issuer, options.names.at(0),
                                              options.not_before, options.not_after);
  add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), issuer, NID_subject_alt_name, alternative_names(options.names));
  add_extension(certificate.get(), issuer, NID_authority_key_identifier, "keyid:always");
  require(X509_sign(certificate.get(), m_identity.state().key.get(), EVP_sha256()) > 0,
          "sign a certificate");
  return TlsIdentity(std::make_unique<TlsIdentity::State>(
      TlsIdentity::State{std::move(key), std::move(certificate)}));
}

}  // namespace base
