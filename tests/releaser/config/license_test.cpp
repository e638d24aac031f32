#include "releaser/config/license.hpp"

#include <doctest/doctest.h>

#include <utility>

TEST_SUITE("releaser/config/license") {
  TEST_CASE("expressions of known ids and of one's own are right") {
    for (const auto* text :
         {"MIT", "Apache-2.0 OR MIT", "(Apache-2.0 WITH LLVM-exception OR MIT) AND ISC", "GPL-3.0",
          "GPL-2.0+", "EUPL-1.2+", "LicenseRef-Proprietary", "MIT AND LicenseRef-Own",
          "DocumentRef-a:LicenseRef-b", "0BSD"}) {
      CAPTURE(text);
      CHECK_FALSE(releaser::license_problem(text).has_value());
      CHECK(releaser::mend_license(text) == text);
    }
  }

  TEST_CASE("anything else is refused, with what may be meant") {
    for (const auto& [text, expected] : {
             std::pair<std::string_view, std::string_view>{
                 "GPL3",
                 "`GPL3` is no SPDX license; did you mean `GPL-3.0-only` or "
                 "`GPL-3.0-or-later`?"},
             {"GPLv3",
              "`GPLv3` is no SPDX license; did you mean `GPL-3.0-only` or `GPL-3.0-or-later`?"},
             {"mit", "`mit` is no SPDX license; did you mean `MIT`?"},
             {"MTI", "`MTI` is no SPDX license; did you mean `MIT`?"},
             {"Apache2", "`Apache2` is no SPDX license; did you mean `Apache-2.0`?"},
             {"Apache-2.0.1", "`Apache-2.0.1` is no SPDX license; did you mean `Apache-2.0`?"},
             {"MIT License", "`MIT License` is no SPDX expression; did you mean `MIT`?"},
             {"The Apache License, Version 2.0",
              "`The Apache License, Version 2.0` is no SPDX expression; did you mean "
              "`Apache-2.0`?"},
             {"MIT/Apache-2.0",
              "`MIT/Apache-2.0` is no SPDX expression; did you mean `MIT OR Apache-2.0`?"},
             {"mit or (apache2 and isc)",
              "`mit or (apache2 and isc)` is no SPDX expression; did you mean `MIT OR (Apache-2.0 "
              "AND ISC)`?"},
             {"GPL-2.0-only WITH classpath-exception",
              "`classpath-exception` is no SPDX exception; did you mean `GPL-2.0-only WITH "
              "Classpath-exception-2.0`?"},
             {"MIT WITH Nonsense-of-my-own",
              "`Nonsense-of-my-own` is no SPDX exception; write ids of https://spdx.org/licenses, "
              "such as \"MIT OR Apache-2.0\", or \"LicenseRef-Proprietary\" for terms of your own"},
             {"SEE LICENSE IN LICENSE.txt",
              "`SEE LICENSE IN LICENSE.txt` is no SPDX expression; write ids of "
              "https://spdx.org/licenses, such as \"MIT OR Apache-2.0\", or "
              "\"LicenseRef-Proprietary\" for terms of your own"},
             {"LicenseRef-",
              "`LicenseRef-` is no SPDX expression; write ids of "
              "https://spdx.org/licenses, such as \"MIT OR Apache-2.0\", or "
              "\"LicenseRef-Proprietary\" for terms of your own"},
         }) {
      CHECK(releaser::license_problem(text).value_or("right") == expected);
    }
  }
}
