#include "discussion/thread_form.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/drafts.hpp"
#include "discussion/held_beforehand.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/similar.hpp"
#include "discussion/thread_rows.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

constexpr std::array kinds{"question", "dilemma", "experience", "announcement"};
constexpr std::array visibilities{"public", "members", "administrators"};
constexpr std::string_view remove_prefix = "gemeente-weg:";

bool is_one_of(const std::string& value, const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const char* known) { return value == known; });
}

/// A ticked box, or `true` in JSON.
bool is_true(const std::string& value) { return value == "1" || value == "true"; }

class Parser {
public:
    Parser(const site::ActionContext& context, const Services& services) : context_{context}, services_{services} {}

    ThreadForm parse() {
        const auto& input = context_.input;
        site::check_fields(form_.errors, input,
                           {.texts = {"kind", "title", "body", "context", "options", "tried", "theme", "municipality_add",
                                      "municipality_role", "visibility", "nonce", "actie"},
                            .others = {"wall", "municipalities", "typologies", confirm_field, "confirmPrivate", "draft_revision"}},
                           services_.texts, context_.language);
        form_.nonce = input.text("nonce");
        form_.kind = input.text("kind");
        // A title is one line; a pasted line end in it is a space.
        form_.title = base::trim(input.text("title"));
        std::replace(form_.title.begin(), form_.title.end(), '\n', ' ');
        form_.body = base::trim(input.text("body"));
        form_.context = base::trim(input.text("context"));
        form_.options = base::trim(input.text("options"));
        form_.tried = base::trim(input.text("tried"));
        form_.theme = input.text("theme");
        form_.visibility = input.text("visibility");
        form_.has_wall = is_true(input.text("wall"));
        check_kind();
        check_theme();
        check_visibility();
        if (form_.has_wall && !context_.viewer.is_staff()) {
            fault("wall", "error_wall_staff");
        }
        check_text(form_.errors, "title", form_.title, title_limit, services_.texts, context_.language);
        check_text(form_.errors, "body", form_.body, body_limit, services_.texts, context_.language);
        if (form_.kind == "dilemma") {
            check_text(form_.errors, "context", form_.context, field_limit, services_.texts, context_.language);
            check_text(form_.errors, "options", form_.options, field_limit, services_.texts, context_.language);
            check_text(form_.errors, "tried", form_.tried, field_limit, services_.texts, context_.language);
        }
        read_municipalities();
        read_typologies();
        return std::move(form_);
    }

    ThreadForm parse_place() {
        const auto& input = context_.input;
        site::check_fields(form_.errors, input,
                           {.texts = {"kind", "theme", "municipality_add", "municipality_role", "nonce", "actie", "reason"},
                            .others = {"municipalities", "typologies"}},
                           services_.texts, context_.language);
        form_.kind = input.text("kind");
        form_.theme = input.text("theme");
        check_kind();
        check_theme();
        read_municipalities();
        read_typologies();
        return std::move(form_);
    }

private:
    void fault(const std::string& field, const std::string& key) {
        form_.errors.add(field, services_.texts.text("discussion." + key, context_.language));
    }

    void check_kind() {
        if (form_.kind.empty()) {
            fault("kind", "error_kind_empty");
        } else if (!is_one_of(form_.kind, kinds)) {
            fault("kind", "error_kind_unknown");
        } else if (form_.kind == "announcement" && !context_.viewer.is_staff()) {
            fault("kind", "error_kind_staff");
        }
    }

    void check_theme() {
        if (form_.theme.empty()) {
            fault("theme", "error_theme_empty");
        } else if (!services_.places.find_theme(form_.theme)) {
            fault("theme", "error_theme_unknown");
        }
    }

    void check_visibility() {
        if (form_.visibility.empty()) {
            fault("visibility", "error_visibility_empty");
        } else if (!is_one_of(form_.visibility, visibilities)) {
            fault("visibility", "error_visibility_unknown");
        }
    }

    void link(const std::string& code, const std::string& role) {
        for (const auto& chosen : form_.municipalities) {
            if (chosen.code == code) {
                return;
            }
        }
        form_.municipalities.push_back({code, role});
    }

    void read_municipalities() {
        const auto act = context_.input.text("actie");
        const auto dropped = act.starts_with(remove_prefix) ? act.substr(remove_prefix.size()) : std::string{};
        for (const auto& value : context_.input.all("municipalities")) {
            const auto colon = value.find(':');
            const auto code = value.substr(0, colon);
            const auto role = colon == std::string::npos ? std::string{"about"} : value.substr(colon + 1);
            if (code == dropped || value.empty()) {
                continue;
            }
            if (!services_.places.find_municipality(code) || (role != "about" && role != "experience")) {
                if (!form_.errors.has("municipalities")) {
                    fault("municipalities", "error_municipality_unknown");
                }
                continue;
            }
            link(code, role);
        }
        const auto added = base::trim(context_.input.text("municipality_add"));
        if (!added.empty()) {
            const auto by_code = services_.places.find_municipality(added);
            const auto found = by_code ? by_code : services_.places.find_by_name(added);
            if (found) {
                link(found->code, context_.input.text("municipality_role") == "experience" ? "experience" : "about");
            } else if (!form_.errors.has("municipalities")) {
                form_.errors.add("municipalities", services_.texts.text("discussion.error_municipality_name", context_.language,
                                                                        json{{"name", base::excerpt(added, 60)}}));
            }
        }
        if (form_.municipalities.size() > municipality_limit) {
            form_.errors.add("municipalities",
                             services_.texts.text("discussion.error_municipalities_many", context_.language,
                                                  json{{"most", municipality_limit}, {"used", form_.municipalities.size()}}));
        }
    }

    void read_typologies() {
        for (const auto& slug : context_.input.all("typologies")) {
            if (slug.empty()) {
                continue;
            }
            if (!services_.places.find_typology(slug)) {
                if (!form_.errors.has("typologies")) {
                    fault("typologies", "error_typology_unknown");
                }
            } else if (std::find(form_.typologies.begin(), form_.typologies.end(), slug) == form_.typologies.end()) {
                form_.typologies.push_back(slug);
            }
        }
    }

    const site::ActionContext& context_;
    const Services& services_;
    ThreadForm form_;
};

/// What the draft's field holds; "" when it is not a text.
std::string draft_text(const json& data, const char* name) {
    return data.contains(name) && data[name].is_string() ? data[name].get<std::string>() : std::string{};
}

std::vector<std::string> draft_texts(const json& data, const char* name) {
    if (!data.contains(name)) {
        return {};
    }
    if (data[name].is_string()) {
        return {data[name].get<std::string>()};
    }
    return data[name].is_array() ? data[name].get<std::vector<std::string>>() : std::vector<std::string>{};
}

void fill_from_draft(ThreadForm& form, const Draft& draft, const places::Directory& places) {
    const auto& data = draft.data.json();
    form.draft_revision = draft.revision;
    form.kind = draft_text(data, "kind");
    form.title = draft_text(data, "title");
    form.body = draft_text(data, "body");
    form.context = draft_text(data, "context");
    form.options = draft_text(data, "options");
    form.tried = draft_text(data, "tried");
    form.theme = draft_text(data, "theme");
    form.visibility = draft_text(data, "visibility");
    form.has_wall = is_true(draft_text(data, "wall"));
    for (const auto& value : draft_texts(data, "municipalities")) {
        const auto colon = value.find(':');
        const auto role = colon == std::string::npos ? std::string{"about"} : value.substr(colon + 1);
        if (places.find_municipality(value.substr(0, colon)) && form.municipalities.size() < municipality_limit) {
            form.municipalities.push_back({value.substr(0, colon), role == "experience" ? role : "about"});
        }
    }
    form.typologies = draft_texts(data, "typologies");
}

}  // namespace

void put_choices(json& model, const site::PageContext& context, const Services& services, const ThreadForm& form) {
    const auto text = [&](const std::string& key) { return services.texts.text("discussion." + key, context.language); };
    model["kindLabel"] = text("kind_label");
    auto& kind_list = model["kinds"] = json::array();
    for (const std::string kind : kinds) {
        if (kind == "announcement" && !context.viewer.is_staff()) {
            continue;
        }
        json item{{"value", kind},
                  {"label", text("kind_" + kind)},
                  {"description", text("kind_" + kind + "_help")},
                  {"isChosen", form.kind == kind}};
        put_kind(item, kind);
        item.erase("kind");
        kind_list.push_back(std::move(item));
    }
    auto& themes = model["themes"] = json::array();
    for (const auto& theme : services.places.themes()) {
        themes.push_back({{"value", theme.slug}, {"label", theme.name}, {"isChosen", form.theme == theme.slug}});
    }
    auto& typologies = model["typologies"] = json::array();
    for (const auto& typology : services.places.typologies()) {
        const bool is_chosen = std::find(form.typologies.begin(), form.typologies.end(), typology.slug) != form.typologies.end();
        typologies.push_back({{"value", typology.slug}, {"label", typology.name}, {"letter", typology.letter}, {"isChosen", is_chosen}});
    }
    auto& visibility_list = model["visibilities"] = json::array();
    for (const std::string visibility : visibilities) {
        json item{{"value", visibility},
                  {"label", text("visibility_" + visibility)},
                  {"description", text("visibility_" + visibility + "_help")},
                  {"isChosen", form.visibility == visibility}};
        put_visibility(item, visibility);
        item.erase("visibility");
        visibility_list.push_back(std::move(item));
    }
    auto& municipalities = model["municipalities"] = json::array();
    for (const auto& chosen : form.municipalities) {
        auto reference = services.places.municipality_ref(chosen.code);
        if (!reference.is_null()) {
            reference["role"] = chosen.role;
            reference["isExperienceFrom"] = chosen.role == "experience";
            municipalities.push_back(std::move(reference));
        }
    }
    auto& municipality_choices = model["municipalityChoices"] = json::array();
    for (const auto& municipality : services.places.current_municipalities()) {
        municipality_choices.push_back({{"code", municipality.code}, {"name", municipality.name}});
    }
}

ThreadForm parse_thread_form(const site::ActionContext& context, const Services& services) { return Parser{context, services}.parse(); }

ThreadForm parse_place(const site::ActionContext& context, const Services& services) { return Parser{context, services}.parse_place(); }

site::Page thread_form_page(const site::PageContext& context, const Services& services, const ThreadForm& form) {
    site::Page page;
    json model;
    model["kind"] = form.kind;
    model["isDilemma"] = form.kind == "dilemma" || !(form.context + form.options + form.tried).empty();
    model["title"] = form.title;
    model["body"] = form.body;
    model["context"] = form.context;
    model["options"] = form.options;
    model["tried"] = form.tried;
    put_choices(model, context, services, form);
    model["nonce"] = form.nonce;
    model["draftRevision"] = form.draft_revision;
    model["mayOpenWall"] = context.viewer.is_staff();
    model["hasWall"] = form.has_wall;
    model["previewHtml"] = form.preview_html;
    const bool is_searched = form.is_searched || base::count_characters(form.title) >= 3;
    model["similar"] = is_searched ? similar_rows(context, services, form.title) : json::array();
    model["similarSearched"] = is_searched;
    put_held(model, context, services, base::ThreadId{}, "discussion.held");
    model["usualWait"] = services.gate.usual_wait(context.tx, context.language);
    model["check"] = check_json(form.check);
    form.errors.write_to(model, {"kind", "title", "body", "context", "options", "tried", "theme", "municipalities", "typologies",
                                 "visibility", "wall", confirm_field});
    page.template_name = "thread_new";
    page.title = services.texts.text("discussion.new_title", context.language);
    page.breadcrumbs = {{services.texts.text("discussion.threads_title", context.language), "/gesprekken"}};
    page.nav = "threads";
    page.model = std::move(model);
    return page;
}

site::Page load_thread_new_page(const site::PageContext& context, const Services& services) {
    ThreadForm form;
    form.visibility = "members";
    if (const auto draft = find_draft(context.tx, context.viewer.member, "new-thread")) {
        fill_from_draft(form, *draft, services.places);
    }
    const auto title = base::trim(context.query("title", "title"));
    if (!title.empty()) {
        form.title = title;
    }
    // One page view is one thread: the request's own id is never used again.
    form.nonce = context.request.request_id;
    return thread_form_page(context, services, form);
}

}  // namespace forum::discussion
