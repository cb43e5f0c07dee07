// Finds what the grammar cannot see by itself.
//
// A declaration's keyword in column 0 begins a declaration, however many brackets are open. Before it, and at the end of
// the file, stands a BOUNDARY: a token without text. It closes what is open, so a missing brace or a half-written line
// spoils one declaration and not those behind it. The other tokens are the `and` of `and stay`, and one without text
// between `expect` and a touch.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

// In the order of `externals` in grammar.js. ASKED_EVERYWHERE is never found: it stands among the extras, so that the
// scanner is called in all states. PASSED is in no rule: it is valid only while the parser looks for a way on.
enum { BOUNDARY, AND_BEFORE_STAY, TOUCH_AHEAD, ASKED_EVERYWHERE, PASSED };

static const char *const KEYWORDS[] = {
    "content", "handoff", "icp", "journey", "lead", "limits", "program", "rule", "score", "segment", "signal", "test", 0,
};

static const char *const TOUCHES[] = {
    "ad", "call", "chat", "email", "letter", "messages", "post", "sms", "web", 0,
};

// What follows the name of a field and no touch.
static const char *const COMPARING[] = {
    "after", "and", "before", "contains", "ends", "has", "in", "is", "not", "older", "or", "starts", "within", 0,
};

enum { LONGEST = 8 };

// While the parser looks for a way on it may pass over tokens, at a price for each that can be seen. So many of them
// stand behind a boundary that it is cheaper to close what is open.
enum { MOST_PASSED = 250 };

typedef struct {
    unsigned char passed;
} Scanner;

static bool in_word(int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool same(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

// Reads a word of up to LONGEST characters; a longer one gives an empty word.
static void read_word(TSLexer *lexer, char word[LONGEST + 1]) {
    int length = 0;
    while (in_word(lexer->lookahead)) {
        if (length == LONGEST) {
            length = 0;
            break;
        }
        word[length++] = (char)lexer->lookahead;
        lexer->advance(lexer, false);
    }
    word[length] = 0;
}

static bool is_one_of(const char *const *words, const char *word) {
    for (; *words; words++) {
        if (same(word, *words)) return true;
    }
    return false;
}

// Reads on to the next word, over white space and comments. What is no word gives an empty one.
static void read_next_word(TSLexer *lexer, char word[LONGEST + 1]) {
    for (;;) {
        if (is_space(lexer->lookahead)) {
            lexer->advance(lexer, false);
        } else if (lexer->lookahead == '#') {
            while (lexer->lookahead != '\n' && !lexer->eof(lexer)) lexer->advance(lexer, false);
        } else {
            read_word(lexer, word);
            return;
        }
    }
}

void *tree_sitter_nurture_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_nurture_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_nurture_external_scanner_serialize(void *payload, char *buffer) {
    buffer[0] = (char)((Scanner *)payload)->passed;
    return 1;
}

void tree_sitter_nurture_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    ((Scanner *)payload)->passed = length ? (unsigned char)buffer[0] : 0;
}

bool tree_sitter_nurture_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    Scanner *scanner = payload;
    bool skipped = false, line_begins = false;
    while (is_space(lexer->lookahead)) {
        skipped = true;
        line_begins = lexer->lookahead == '\n';
        lexer->advance(lexer, true);
    }
    bool ends = lexer->eof(lexer);
    if (!ends && (lexer->lookahead < 'a' || lexer->lookahead > 'w')) return false;
    bool may_be_and = lexer->lookahead == 'a' && valid[AND_BEFORE_STAY];
    bool may_be_touch = valid[TOUCH_AHEAD] && !valid[PASSED];
    if (!skipped && !ends) line_begins = lexer->get_column(lexer) == 0;
    if (!line_begins && !may_be_and && !may_be_touch && !ends) return false;

    lexer->mark_end(lexer);
    char word[LONGEST + 1], next[LONGEST + 1];
    read_word(lexer, word);
    if (may_be_and && same(word, "and")) {
        lexer->mark_end(lexer);
        lexer->result_symbol = AND_BEFORE_STAY;
        read_next_word(lexer, next);
        return same(next, "stay");
    }
    if (may_be_touch && is_one_of(TOUCHES, word)) {
        lexer->result_symbol = TOUCH_AHEAD;
        read_next_word(lexer, next);
        bool compares = lexer->lookahead == '<' || lexer->lookahead == '>' || lexer->lookahead == '.';
        return next[0] ? !is_one_of(COMPARING, next) : !compares;
    }
    if (!ends && !(line_begins && is_one_of(KEYWORDS, word))) return false;
    if (valid[PASSED] && !skipped) {
        lexer->result_symbol = PASSED;
        return scanner->passed++ < MOST_PASSED;
    }
    scanner->passed = 0;
    lexer->result_symbol = BOUNDARY;
    // Behind white space also where it may not stand: the parser then sees at once that something is not finished.
    return valid[BOUNDARY] || skipped;
}
