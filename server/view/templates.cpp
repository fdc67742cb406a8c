#include "view/templates.hpp"

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include <deque>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "view/present.hpp"
#include "view/template_files.hpp"
#include "view/texts.hpp"

namespace forum::view {

namespace mustache = kainjow::mustache;
using nlohmann::json;

namespace {

using OnMissing = std::function<void(const std::string& name)>;

/// Gives Mustache the members of a JSON model when it asks for them, so that nothing is copied or computed that no
/// template shows: a thread page uses a tenth of the forms its model could have.
class JsonContext final : public mustache::basic_context<std::string> {
public:
    JsonContext(const json& model, Language language, bool is_strict, OnMissing on_missing)
        : language_{language}, is_strict_{is_strict}, on_missing_{std::move(on_missing)}, now_{base::now()} {
        frames_.push_back({&model, 0, 0});
    }

    const mustache::data* get(const std::string& name) const override {
        if (name == ".")
            return hand_out(*frames_.back().value);
        std::string_view rest{name};
        const auto first = rest.substr(0, rest.find('.'));
        rest.remove_prefix(std::min(first.size() + 1, rest.size()));
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
            if (const auto found = frame->value->find(first); found != frame->value->end()) {
                return follow(*found, rest, name);
            }
            if (rest.empty()) {
                if (const auto* form = form_of(*frame, first)) {
                    return form;
                }
            }
        }
        on_missing_(name);
        return nullptr;
    }

    const mustache::data* get_partial(const std::string&) const override { return nullptr; }

    void push(const mustache::data* data) override {
        if (!handed_out_.empty() && &handed_out_.back().data == data) {
            frames_.push_back({handed_out_.back().value, 0, 0});
            return;
        }
        // An item of a list. Lists begun after that one are done with.
        while (!lists_.empty()) {
            const auto& list = lists_.back();
            const auto& items = list.data->list_value();
            if (std::less_equal<>{}(items.data(), data) && std::less<>{}(data, items.data() + items.size())) {
                const auto index = static_cast<std::size_t>(data - items.data());
                frames_.push_back({&(*list.value)[index], index + 1, items.size()});
                return;
            }
            lists_.pop_back();
        }
        frames_.push_back({&nothing(), 0, 0});
    }

    void pop() override { frames_.pop_back(); }

private:
    struct Frame {
        const json* value;
        std::size_t index;  ///< from 1 for an item of a list, 0 for others
        std::size_t count;
    };
    struct Handed {
        mustache::data data;
        const json* value;
    };
    struct List {
        const mustache::data* data;
        const json* value;
    };

    static const json& nothing() {
        static const json value;
        return value;
    }

    /// The rest of a dotted name, from its first part's value on. A null on the way is an answer: nothing to show.
    const mustache::data* follow(const json& from, std::string_view rest, const std::string& name) const {
        const json* value = &from;
        while (!rest.empty()) {
            if (value->is_null())
                return hand_out(nothing());
            const auto part = rest.substr(0, rest.find('.'));
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
            const auto found = value->find(part);
            if (found == value->end()) {
                if (rest.empty()) {
                    if (const auto* form = form_of({value, 0, 0}, part)) {
                        return form;
                    }
                }
                on_missing_(name);
                return nullptr;
            }
            value = &*found;
        }
        return hand_out(*value);
    }

    const mustache::data* form_of(const Frame& frame, std::string_view name) const {
        if (frame.index != 0) {
            if (name == "is_first")
                return hand_out_form(frame.index == 1);
            if (name == "is_last")
                return hand_out_form(frame.index == frame.count);
            if (name == "index")
                return hand_out_form(frame.index);
        }
        if (name.find('_') == name.npos)
            return nullptr;
        if (const auto form = find_form(*frame.value, name, language_, now_)) {
            return hand_out_form(*form);
        }
        return nullptr;
    }

    /// A form is a word, a number or a yes: nothing is looked up inside of it.
    const mustache::data* hand_out_form(const json& form) const {
        handed_out_.push_back({to_data(form), &nothing()});
        return &handed_out_.back().data;
    }

    const mustache::data* hand_out(const json& value) const {
        handed_out_.push_back({to_data(value), &value});
        const auto* data = &handed_out_.back().data;
        if (data->is_list()) {
            if (is_strict_)
                require_equal_members(value);
            lists_.push_back({data, &value});
        }
        return data;
    }

    static mustache::data to_data(const json& value) {
        switch (value.type()) {
        // Mustache takes an empty string for true; nobody means that.
        case json::value_t::string: {
            const auto& text = value.get_ref<const std::string&>();
            return text.empty() ? mustache::data{false} : mustache::data{text};
        }
        case json::value_t::boolean: return mustache::data{value.get<bool>()};
        case json::value_t::null: return mustache::data{false};
        case json::value_t::object: return mustache::data{true};
        case json::value_t::array: return mustache::data{mustache::list(value.size(), mustache::data{true})};
        default: return mustache::data{value.dump()};
        }
    }

    static void require_equal_members(const json& list) {
        for (const auto& item : list) {
            if (!item.is_object() || !list.front().is_object())
                continue;
            for (const auto& [key, value] : list.front().items()) {
                if (!item.contains(key)) {
                    throw std::logic_error{fmt::format("an item of a list lacks {}", key)};
                }
            }
            for (const auto& [key, value] : item.items()) {
                if (!list.front().contains(key)) {
                    throw std::logic_error{fmt::format("the first item of a list lacks {}", key)};
                }
            }
        }
    }

    Language language_;
    bool is_strict_;
    OnMissing on_missing_;
    base::Time now_;
    std::vector<Frame> frames_;
    // Mustache keeps pointers to what it got while it is inside a section.
    mutable std::deque<Handed> handed_out_;
    mutable std::vector<List> lists_;
};

/// Where Mustache writes to; the library wants something with <<.
struct Output {
    std::string text;

    Output& operator<<(const std::string& part) {
        text += part;
        return *this;
    }
};

/// Throws when `model` has no member at `path` ("posts.items[].number"); empty lists and nulls hold whatever is asked.
void require_member(const json& model, std::string_view path) {
    if (path.empty() || model.is_null())
        return;
    auto part = path.substr(0, path.find('.'));
    const auto rest = path.substr(std::min(part.size() + 1, path.size()));
    const bool is_list = part.ends_with("[]");
    if (is_list)
        part.remove_suffix(2);
    const auto found = model.find(part);
    if (found == model.end())
        throw std::logic_error{fmt::format("the model lacks {}", part)};
    if (!is_list)
        return require_member(*found, rest);
    for (const auto& item : *found) require_member(item, rest);
}

}  // namespace

std::string_view language_code(Language language) { return language == Language::dutch ? "nl" : "en"; }

class Templates::Impl {
public:
    Impl(const std::string& folder, Missing missing) : texts{folder + "/texts"}, files{folder, texts}, missing_{missing} {
        for (const auto& name : files.names()) {
            Entry entry;
            for (const auto language : {Language::dutch, Language::english}) {
                auto& source = entry.sources[static_cast<std::size_t>(language)];
                source = files.expand(name, language);
                if (const mustache::mustache parsed{source}; !parsed.is_valid()) {
                    throw std::runtime_error{fmt::format("{}.mustache: {}", name, parsed.error_message())};
                }
            }
            entries_.emplace(name, std::move(entry));
        }
    }

    std::string render(std::string_view name, const json& model, Language language) const {
        const auto found = entries_.find(name);
        if (found == entries_.end()) {
            throw std::logic_error{fmt::format("unknown template {}", name)};
        }
        try {
            const bool is_strict = missing_ == Missing::refuse;
            if (is_strict) {
                for (const auto& path : files.needs(found->first)) require_member(model, path);
            }
            JsonContext context{model, language, is_strict, [&](const std::string& member) { note_missing(found->first, member); }};
            Output output;
            output.text.reserve(32 * 1024);
            compiled(found->first, found->second, language).render(context, output);
            return std::move(output.text);
        } catch (const std::logic_error& error) {
            throw std::logic_error{fmt::format("template {}: {}", name, error.what())};
        }
    }

    Texts texts;
    TemplateFiles files;

private:
    struct Entry {
        std::array<std::string, 2> sources;  ///< by Language
    };

    /// Rendering is not const in the library, so each thread compiles for itself what it renders.
    mustache::mustache& compiled(const std::string& name, const Entry& entry, Language language) const {
        thread_local std::map<std::tuple<std::uint64_t, std::string_view, Language>, mustache::mustache> own;
        const auto key = std::tuple{serial_, std::string_view{name}, language};
        auto found = own.find(key);
        if (found == own.end()) {
            found = own.emplace(key, entry.sources[static_cast<std::size_t>(language)]).first;
            found->second.set_custom_escape([](const std::string& text) { return base::escape_html(text); });
        }
        return found->second;
    }

    void note_missing(const std::string& name, const std::string& member) const {
        if (missing_ == Missing::refuse) {
            throw std::logic_error{fmt::format("no member {} in the model", member)};
        }
        const std::lock_guard lock{noted_mutex_};
        if (noted_.emplace(name, member).second) {
            base::log(base::LogLevel::error, "event=template-member-missing template={} member={}", name, member);
        }
    }

    static std::uint64_t next_serial() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    Missing missing_;
    std::uint64_t serial_{next_serial()};  ///< tells the compiled templates of two objects apart
    std::map<std::string, Entry, std::less<>> entries_;
    mutable std::mutex noted_mutex_;
    mutable std::set<std::pair<std::string, std::string>> noted_;
};

Templates::Templates(const std::string& folder, Missing missing) : impl_{std::make_unique<Impl>(folder, missing)} {}

Templates::~Templates() = default;

std::string Templates::render(std::string_view name, const Model& model, Language language) const {
    return impl_->render(name, model.json(), language);
}

std::string Templates::text(std::string_view key, Language language, const Model& arguments) const {
    return impl_->texts.fill(key, language, arguments.json());
}

bool Templates::has_text(std::string_view key) const { return impl_->texts.find(key, Language::dutch) != nullptr; }

std::string Templates::asset(std::string_view name) const { return impl_->files.asset(name); }

}  // namespace forum::view
