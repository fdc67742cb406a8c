// A JSON value that headers may hold without including nlohmann/json.hpp. Rule: made once by a loader,
// then only read; copying shares.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace forum::view {

class Model {
public:
    Model();                      ///< null
    Model(nlohmann::json value);  // NOLINT(google-explicit-constructor): a model is its JSON
    const nlohmann::json& json() const { return *value_; }
    bool is_null() const;
    std::string dump() const;  ///< compact UTF-8

private:
    std::shared_ptr<const nlohmann::json> value_;
};

}  // namespace forum::view
