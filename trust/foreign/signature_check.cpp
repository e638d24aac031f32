#include "trust/foreign/signature_check.hpp"

#include "trust/bytes.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

namespace trust::foreign {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using PublicKey = std::unique_ptr<EVP_PKEY, Free>;

// What identity_of() compares.
std::string without_line_ends(std::string_view pem) {
  std::string text(pem);
  std::erase_if(text, [](char letter) { return letter == '\n' || letter == '\r'; });
  return text;
}

std::string encoded(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  char* text = nullptr;
  if (!bio || PEM_write_bio_PUBKEY(bio.get(), key) != 1) return {};
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

PublicKey read_key(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return nullptr;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return nullptr;
  PublicKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key || without_line_ends(encoded(key.get())) != without_line_ends(pem)) return nullptr;
  return key;
}

// Named, not by explicit parameters, and with the point uncompressed: one spelling a key.
bool is_p256(EVP_PKEY* key) {
  char group[32] = {};
  char form[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        &size) == 1 &&
         std::string_view(group) == "prime256v1" &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form,
                                        sizeof form, &size) == 1 &&
         std::string_view(form) == "uncompressed" &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, form, sizeof form,
                                        &size) == 1 &&
         std::string_view(form) == "named_curve";
}

bool is_rsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  return EVP_PKEY_is_a(key, "RSA") == 1 && bits >= kMinRsaBits && bits <= kMaxRsaBits;
}

enum class Padding { none, pss };

bool verifies(EVP_PKEY* key, Padding padding, std::string_view message,
              std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // the other owns it
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &key_context, EVP_sha256(), nullptr, key) != 1) {
    return false;
  }
  if (padding == Padding::pss &&
      (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_mgf1_md(key_context, EVP_sha256()) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_AUTO) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

bool checks_pem(const tuf::Key& key, std::string_view message, std::string_view signature) {
  const bool is_ecdsa = key.scheme == "ecdsa-sha2-nistp256" &&
                        (key.type == "ecdsa" || key.type == "ecdsa-sha2-nistp256");
  const bool is_pss = key.scheme == "rsassa-pss-sha256" && key.type == "rsa";
  if (!is_ecdsa && !is_pss) return false;
  const PublicKey public_key = read_key(key.value);
  if (!public_key) return false;
  if (is_ecdsa) {
    return is_p256(public_key.get()) &&
           verifies(public_key.get(), Padding::none, message, signature);
  }
  return is_rsa(public_key.get()) && verifies(public_key.get(), Padding::pss, message, signature);
}

}  // namespace

bool checks_any(const tuf::Key& key, std::string_view message, std::string_view signature) {
  if (key.type == "ed25519") return tuf::checks_ed25519(key, message, signature);
  const bool holds = checks_pem(key, message, signature);
  // OpenSSL keeps its reasons in a list of the thread's, which nobody reads here.
  ERR_clear_error();
  return holds;
}

}  // namespace trust::foreign
