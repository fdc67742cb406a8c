#include "view/model.hpp"

#include <nlohmann/json.hpp>

namespace forum::view {

namespace {

const std::shared_ptr<const nlohmann::json>& null_value() {
    static const auto value = std::make_shared<const nlohmann::json>();
    return value;
}

}  // namespace

Model::Model() : value_{null_value()} {}

Model::Model(nlohmann::json value) : value_{std::make_shared<const nlohmann::json>(std::move(value))} {}

bool Model::is_null() const { return value_->is_null(); }

std::string Model::dump() const {
    // Bytes that are no UTF-8 can only come from a defect of ours; a page with U+FFFD beats no page.
    return value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace forum::view
