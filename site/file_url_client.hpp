#pragma once

#include "base/http.hpp"

namespace site {

// A client that knows by itself what file:// URLs stand for; of every other one site::get() reads
// the file of that name instead.
class FileUrlClient : public base::HttpClient {};

}  // namespace site
