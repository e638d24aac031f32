#pragma once

#include "base/tls_listener.hpp"

#include <memory>

// For base/tls_*.cpp only: what stands behind TlsIdentity.
struct evp_pkey_st;
struct x509_st;

namespace base {

struct TlsIdentity::State {
  std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)> key;
  std::unique_ptr<x509_st, void (*)(x509_st*)> certificate;
};

}  // namespace base
