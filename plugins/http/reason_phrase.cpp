#include "plugins/http/reason_phrase.hpp"

#include <algorithm>
#include <array>

namespace rr::http {
namespace {

struct phrase {
  int status;
  std::string_view text;
};

/// Sorted by status.
constexpr std::array phrases = {
    phrase{100, "Continue"},
    phrase{101, "Switching Protocols"},
    phrase{102, "Processing"},
    phrase{103, "Early Hints"},
    phrase{200, "OK"},
    phrase{201, "Created"},
    phrase{202, "Accepted"},
    phrase{203, "Non-Authoritative Information"},
    phrase{204, "No Content"},
    phrase{205, "Reset Content"},
    phrase{206, "Partial Content"},
    phrase{207, "Multi-Status"},
    phrase{208, "Already Reported"},
    phrase{226, "IM Used"},
    phrase{300, "Multiple Choices"},
    phrase{301, "Moved Permanently"},
    phrase{302, "Found"},
    phrase{303, "See Other"},
    phrase{304, "Not Modified"},
    phrase{305, "Use Proxy"},
    phrase{307, "Temporary Redirect"},
    phrase{308, "Permanent Redirect"},
    phrase{400, "Bad Request"},
    phrase{401, "Unauthorized"},
    phrase{402, "Payment Required"},
    phrase{403, "Forbidden"},
    phrase{404, "Not Found"},
    phrase{405, "Method Not Allowed"},
    phrase{406, "Not Acceptable"},
    phrase{407, "Proxy Authentication Required"},
    phrase{408, "Request Timeout"},
    phrase{409, "Conflict"},
    phrase{410, "Gone"},
    phrase{411, "Length Required"},
    phrase{412, "Precondition Failed"},
    phrase{413, "Request Entity Too Large"},
    phrase{414, "Request URI Too Long"},
    phrase{415, "Unsupported Media Type"},
    phrase{416, "Requested Range Not Satisfiable"},
    phrase{417, "Expectation Failed"},
    phrase{418, "I'm a teapot"},
    phrase{421, "Misdirected Request"},
    phrase{422, "Unprocessable Entity"},
    phrase{423, "Locked"},
    phrase{424, "Failed Dependency"},
    phrase{425, "Too Early"},
    phrase{426, "Upgrade Required"},
    phrase{428, "Precondition Required"},
    phrase{429, "Too Many Requests"},
    phrase{431, "Request Header Fields Too Large"},
    phrase{451, "Unavailable For Legal Reasons"},
    phrase{500, "Internal Server Error"},
    phrase{501, "Not Implemented"},
    phrase{502, "Bad Gateway"},
    phrase{503, "Service Unavailable"},
    phrase{504, "Gateway Timeout"},
    phrase{505, "HTTP Version Not Supported"},
    phrase{506, "Variant Also Negotiates"},
    phrase{507, "Insufficient Storage"},
    phrase{508, "Loop Detected"},
    phrase{510, "Not Extended"},
    phrase{511, "Network Authentication Required"},
};

} // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::lower_bound(phrases.begin(), phrases.end(), status,
                                      [](const phrase& p, int wanted) { return p.status < wanted; });
  return found != phrases.end() && found->status == status ? found->text : std::string_view{};
}

} // namespace rr::http
