#include "adapters/rest_json_shape.h"

namespace casebridge {

Status check_json_shape(std::string_view text, JsonShape const& limits) {
    std::size_t depth = 0;
    std::size_t members = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char const character = text[at];
        if (in_string) {
            if (character == '\\') ++at;
            if (character == '"') in_string = false;
            continue;
        }
        if (character == '"') in_string = true;
        if (character == ']' || character == '}') depth -= depth > 0 ? 1 : 0;
        if (character == '[' || character == '{') ++depth;
        if (character == '[' || character == '{' || character == ',') ++members;
        if (depth > limits.depth) return Error{ErrorKind::invalid, "source.bad_answer", "JSON is too deep"};
        if (members > limits.members)
            return Error{ErrorKind::invalid, "source.bad_answer", "JSON has too many members"};
    }
    return Done{};
}

}  // namespace casebridge
