#pragma once

#include <string>
#include <string_view>

namespace jkproxy::proxy {

// Appends a peer's text as one line may hold it: quotes, backslashes, control characters and bytes
// outside ASCII as \xHH. Wherever it says `parameter=ID`, percent-encoded or not and in any case,
// the session id is shortened to "...", its last four characters before the first dot (none of a
// short id), and what follows the dot: enough to tell sessions apart, not enough to steal one.
void append_masked(std::string_view text, std::string_view parameter, std::string& out);

// The same without a look for session ids. Blanks too become \xHH: for words of our own fields.
void append_word(std::string_view text, std::string& out);

}  // namespace jkproxy::proxy
