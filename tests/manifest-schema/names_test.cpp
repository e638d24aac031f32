#include "manifest-schema/names.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("manifest-schema/names") {
  TEST_CASE("product names are short, lower case and without surprises") {
    for (const char* name : {"a", "cco", "esbuild-updater", "7zip", "a-"}) {
      CAPTURE(name);
      CHECK(schema::is_product_name(name));
    }
    for (const std::string& name :
         {std::string(), std::string("-a"), std::string("Cco"), std::string("a_b"),
          std::string("a.b"), std::string("a/b"), std::string("a b"), std::string("é"),
          std::string("a\0b", 3), std::string(65, 'a')}) {
      CAPTURE(name);
      CHECK_FALSE(schema::is_product_name(name));
    }
  }

  TEST_CASE("asset names are what every host keeps as it is") {
    for (const char* name : {"a", "cco-v1.2.3-linux-x86_64.tar.gz", "A_b.minisig"}) {
      CAPTURE(name);
      CHECK(schema::is_asset_name(name));
    }
    for (const std::string& name : {std::string(), std::string(".hidden"), std::string(".."),
                                    std::string("a/b"), std::string("a b"), std::string("a+b"),
                                    std::string("a~"), std::string("é"), std::string(201, 'a')}) {
      CAPTURE(name);
      CHECK_FALSE(schema::is_asset_name(name));
    }
  }
}
