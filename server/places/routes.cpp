#include "places/routes.hpp"

#include "places/place_pages.hpp"

namespace forum::places {

void add_routes(site::Routes& routes, const Directory& directory, const ThreadSource& threads, const view::Templates& templates) {
    using enum site::Access;
    routes.page("places.municipalities", "/gemeenten", "/api/v1/municipalities", anyone, [&](const site::PageContext& context) {
        auto page = load_municipalities(context, directory, threads);
        page.title = templates.text("places.municipalities_title", context.language);
        return page;
    });
    routes.page("places.municipality", "/gemeenten/{code}", "/api/v1/municipalities/{code}", anyone,
                [&](const site::PageContext& context) { return load_municipality(context, directory, threads, templates); });
    routes.page("places.typologies", "/typen", "/api/v1/typologies", anyone,
                [&](const site::PageContext& context) { return load_typologies(context, directory, threads, templates); });
    routes.page("places.typology", "/typen/{slug}", "/api/v1/typologies/{slug}", anyone,
                [&](const site::PageContext& context) { return load_typology(context, directory, threads, templates); });
    routes.page("places.themes", "", "/api/v1/themes", anyone,
                [&](const site::PageContext& context) { return load_themes(context, directory); });
}

}  // namespace forum::places
