// NamedFew: the first names of a list that may be long, and how many more there are.
#pragma once

#include <string>

namespace casebridge {

class NamedFew {
public:
    void add(std::string const& name) {
        if (++count_ <= shown) text_ += (text_.empty() ? "" : ", ") + name;
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::string text() const {
        return count_ > shown ? text_ + " and " + std::to_string(count_ - shown) + " more" : text_;
    }

private:
    static constexpr std::size_t shown = 5;
    std::string text_;
    std::size_t count_ = 0;
};

}  // namespace casebridge
