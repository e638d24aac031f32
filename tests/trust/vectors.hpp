#pragma once

#include <string>
#include <string_view>

// Vectors that the stock minisign made or verified; see minisign_test.cpp for what each is.
namespace vectors {

// Seed 00 01 … 1f, id 01 … 08.
inline constexpr std::string_view kPublicLine =
    "RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
inline constexpr std::string_view kSecretLine =
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQIDBAUGBwgA"
    "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    "UuhoZ0oj6XehkwAxqgcDfOhmwCrPXeYwQwAwVY5NB98=";
// The same key, password "test", small scrypt limits.
inline constexpr std::string_view kEncryptedLine =
    "RWRTY0IyICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8AgAAAAAAAAAAAAAEAAAAAGE3jygUdDhNR"
    "q8IFDsazNUb6Fv6LQB4TFnXgpmJnpW1mTRT7ehuXWubNzIWcfCMHwbQrN/eZEtac2mN+zufODHMHTglukpMT"
    "E2C9sEiEjclffOHPszUBKJtA60XwFHDlDmaISETopSQ=";

inline const std::string test_signature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQBAgMEBQYHCO7bfJOJZsqfCwXF+z0sQ1VXJkH6b3IX+R7jgIZiK0baMSQj5407he+UPkHYBXBmR29ayQO7Zj5o"
    "IfpnYdZXcAQ=\n"
    "trusted comment: timestamp:1700000000\tfile:test\thashed\n"
    "knZjcoBX8wD6n7+lF5O0R+ELnGoVN2rfI+YLFTKUMkb+scwhpIhUyadxSfSYDk10U1Ogk38rK9hG6aoAEZ0mBQ==\n";
inline const std::string empty_signature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQBAgMEBQYHCCYKHljc2XpaJTda2dqoPrAxHgNW4rDJZOuE+pNHxtpaO/Q9MTJAr86S+jhkA/fHkCm8KJvH/PJa"
    "imm3w6272gk=\n"
    "trusted comment: timestamp:1700000000\tfile:empty\thashed\n"
    "QxlTEyUYMvimls6hWU4aRftdG/ffzqaLLTk62FgZsNP4EhukOqoI5or8nsRdnmvKDxI5M3Z31ZSz+Sq4KjYjDQ==\n";
inline const std::string legacy_signature =
    "untrusted comment: signature from minisign secret key\n"
    "RWQBAgMEBQYHCKVXp6pguhWceWrRkO1fvuc88dyHDQ5ampsF9laj0O5bSvJ6m1nBrK8ZEpl5M50JqGgPmEJsV9DT"
    "s+MuMKH5/gk=\n"
    "trusted comment: timestamp:1700000000\tfile:test\n"
    "61jxEsENbNOdMHHSWdAqiAdSdQJmWFyNC61/of+nwQyEXjTvX/uce9VU+kIJfe+0BLJi5jL/U+UJ0Q0fO93+AA==\n";

// The key of minisign's author, and his signature of "test".
inline constexpr std::string_view kAuthorsLine =
    "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
inline const std::string authors_signature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOo"
    "crCo8KLzZwo=\n"
    "trusted comment: timestamp:1556193335\tfile:test\n"
    "y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==\n";
inline const std::string authors_hashed_signature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOo"
    "crCo8KLzZwo=\n"
    "trusted comment: timestamp:1635443258\tfile:test\thashed\n"
    "/cj37GK60vryibFn+ftOgbCvW9NKhKYgjVpFFQUcWPAnjO23wrvVDTt7cloNC06maoBli9q6qwZDXXoaxweICQ==\n";

}  // namespace vectors
