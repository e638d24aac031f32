#include "releaser/render/distribution.hpp"

#include "releaser/render/embedded.hpp"
#include "releaser/render/template.hpp"

namespace releaser {

std::vector<SitePage> render_distribution(const Product& product, const std::string& archives,
                                          const std::optional<ScheduledRefresh>& refresh) {
  std::vector<SitePage> files = render_site_pages(product, archives);
  // What is signed must not get other line ends in a clone.
  files.push_back({".gitattributes", "* -text\n", false});
  files.push_back({".nojekyll", "", false});
  if (refresh) {
    // Not at the full hour, when everybody's jobs begin.
    files.push_back({".github/workflows/refresh.yml",
                     fill_template(embedded_template("refresh_workflow.yml.in"),
                                   {{"NAME", product.name},
                                    {"CRON", refresh->is_daily ? "23 4 * * *" : "23 4 * * 1"},
                                    {"SOURCE", refresh->source},
                                    {"TOKEN", refresh->variable}}),
                     false});
  }
  return files;
}

}  // namespace releaser
