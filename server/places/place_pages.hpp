// The pages of places: find a municipality, one municipality, the eight types, one type, themes. Rule: a type is shown with
// its source, an example division says so, and what is not assigned is 'nog niet ingedeeld'.
#pragma once

#include "places/directory.hpp"
#include "places/thread_source.hpp"
#include "site/page.hpp"

namespace forum::places {

site::Page load_municipalities(const site::PageContext& context, const Directory& directory, const ThreadSource& threads);
site::Page load_municipality(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                             const view::Templates& templates);
site::Page load_typologies(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                           const view::Templates& templates);
site::Page load_typology(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                         const view::Templates& templates);
/// API only: {items: [ThemeRef], next: null}.
site::Page load_themes(const site::PageContext& context, const Directory& directory);

}  // namespace forum::places
