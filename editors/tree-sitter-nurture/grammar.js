/**
 * The grammar of nurture, a language for lead-nurturing policies, for editors.
 *
 * The compiler's own grammar holds correct policies only; this one follows it, and is here and there more lenient where
 * that makes a tree simpler. White space and line breaks mean nothing, save that a declaration's keyword in column 0
 * always begins a declaration: src/scanner.c puts a token without text, a boundary, before it.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = { or: 1, and: 2, not: 3 };

// Words that join predicates and steps; names nowhere, save after a dot and as signals.
const RESERVED = [
  'again', 'and', 'anonymous', 'as', 'between', 'contains', 'did', 'else', 'every', 'everyone', 'for', 'handoff', 'has',
  'identified', 'if', 'in', 'is', 'joining', 'known', 'leave', 'not', 'on', 'only', 'or', 'since', 'split', 'stay',
  'unknown', 'wait', 'when', 'where', 'while', 'within',
];

// The same within the conditions of rules, where `everyone` and others are names.
const RESERVED_IN_RULES = [
  'and', 'because', 'except', 'has', 'in', 'is', 'known', 'not', 'or', 'unknown', 'when', 'where', 'with',
];

const CHANNELS = ['email', 'sms', 'call', 'letter', 'chat', 'ad', 'post', 'web'];

const WORD = /[A-Za-z_][A-Za-z0-9_]*/;

const commas = (rule) => seq(rule, repeat(seq(',', rule)));
/** A brace that is not closed where the next declaration begins, or the file ends, is closed by a `missing_brace`. */
const braces = ($, rule) => seq('{', repeat(rule), choice('}', alias($._boundary, $.missing_brace)));
const body = ($, rule) => field('body', alias(rule, $.body));
const times = ($, label) => seq(field(label, $.number), 'times');
const condition = ($) => field('condition', $._predicate);
const stated = ($) => field('condition', $._condition);
/** A word that may be a signal, a language or an entity of rules: no word is barred. */
const anyWord = ($) => reserved('none', $.identifier);

module.exports = grammar({
  name: 'nurture',

  word: ($) => $.identifier,

  reserved: {
    global: () => RESERVED,
    rules: () => RESERVED_IN_RULES,
    none: () => [],
  },

  externals: ($) => [
    $._boundary,
    $._and_before_stay,
    // `expect email` is a touch, `expect email is known` asks the field: this stands before the touch.
    $._touch_ahead,
    $._asked_everywhere,
    $.passed_boundary,
  ],

  extras: ($) => [/[ \t\r\n]/, $.comment, $.doc_comment, $._asked_everywhere],

  supertypes: ($) => [$.declaration, $.step, $.field_type, $.value],

  conflicts: ($) => [
    // A field may be called `from`, `to` or `means`.
    [$.number_type],
    [$.date_type],
    [$.field],
    // The comma behind an option, or behind the field.
    [$._options],
    // `at most 2 times` belongs to `did`, `at most 2 email per 7 days` is the next clause.
    [$.did],
    // What stands behind `expect email` may be a content, or the field that becomes something.
    [$.expected_handoff],
    [$.expected_touch],
    // `expect customer`, and a field called `ends` becomes something.
    [$.flag, $.comparison],
  ],

  rules: {
    source_file: ($) => seq(repeat(seq(optional($._boundary), $.declaration)), optional($._boundary)),

    declaration: ($) =>
      choice(
        $.lead,
        $.signal,
        $.icp,
        $.segment,
        $.journey,
        $.score,
        $.content,
        $.program,
        $.handoff,
        $.limits,
        $.rule,
        $.test,
      ),

    // ---- comments, words, values ----------------------------------------------------------------------------------

    comment: () => token(choice(/#([^#\r\n]([^\r\n]|\r[^\n])*)?/, /###([^\r\n]|\r[^\n])*/)),
    doc_comment: () => token(/##([^#\r\n]([^\r\n]|\r[^\n])*)?/),

    identifier: () => WORD,
    /** `content.stage`: words joined by dots, without white space. */
    path: ($) => seq($._single_name, repeat1($._dot_word)),
    _single_name: ($) => choice($.identifier, alias($._channel_word, $.identifier)),
    _channel_word: () => choice(...CHANNELS, 'messages'),
    _dot_word: ($) => seq(token.immediate('.'), alias($._word_after_dot, $.identifier)),
    _word_after_dot: () => token.immediate(WORD),
    _name: ($) => choice($._single_name, $.path),

    string: ($) =>
      seq(
        '"',
        repeat(
          choice(
            alias($._string_text, $.string_content),
            alias($._string_brace, $.string_content),
            $.escape_sequence,
            $.placeholder,
          ),
        ),
        token.immediate('"'),
      ),
    _string_text: () => token.immediate(prec(1, /[^"\\\n{]+/)),
    _string_brace: () => token.immediate(prec(1, '{')),
    escape_sequence: () => token.immediate(prec(1, choice(/\\u\{[0-9A-Fa-f]*\}/, /\\[^\n]/, '{{'))),
    /** `{first_name or Hello}` in texts that are sent, `{program.name}` in those of rules. */
    placeholder: () =>
      token.immediate(prec(1, /\{[ \t]*[A-Za-z_][A-Za-z0-9_.]*([ \t]+or[ \t][^"{}\\\n]*|[ \t]*)\}/)),

    number: () => /[0-9][0-9_]*(\.[0-9]+)?/,
    _negative: () => /-[0-9][0-9_]*(\.[0-9]+)?/,
    _number: ($) => choice($.number, alias($._negative, $.number)),
    percent: () => /[0-9][0-9_]*(\.[0-9]+)?%/,
    date: () => /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
    time: () => /[0-9]{1,2}:[0-9]{2}/,
    moment: ($) => seq($.date, $.time),
    duration: ($) => seq(field('amount', $.number), field('unit', $.unit)),
    unit: () =>
      choice('second', 'seconds', 'minute', 'minutes', 'hour', 'hours', 'day', 'days', 'week', 'weeks'),

    value: ($) =>
      choice(
        $.identifier,
        alias($._channel_word, $.identifier),
        $.path,
        $.string,
        $.moment,
        $.date,
        $.percent,
        $.duration,
        $.number,
        alias($._negative, $.number),
      ),
    list: ($) => seq('[', commas($.value), ']'),

    channel: () => choice(...CHANNELS),

    _head: ($) => seq(field('name', $.identifier), optional($._title)),
    _title: ($) => field('title', $.string),

    // ---- clauses that many declarations share ---------------------------------------------------------------------

    _common: ($) => choice($.allow_clause, $.ref_clause, $.objective_clause),
    allow_clause: ($) =>
      // In a rule `because` could also be the next clause.
      prec.right(
        seq(
          'allow',
          field('rule', $.identifier),
          optional(seq('because', field('reason', $.string))),
          optional(seq('until', field('until', $.date))),
        ),
      ),
    ref_clause: ($) => seq('ref', field('key', $.string)),
    objective_clause: ($) => seq('objective', field('objective', $.string)),
    draft_clause: () => 'draft',
    where_clause: ($) => seq('where', condition($)),
    for_clause: ($) => seq('for', condition($)),

    // ---- lead, signal ---------------------------------------------------------------------------------------------

    lead: ($) => seq('lead', field('fields', $.fields)),
    signal: ($) => seq('signal', $._head, field('kind', $.signal_kind), optional(field('fields', $.fields))),
    signal_kind: () => choice('implicit', 'explicit', seq('explicit', 'request')),

    fields: ($) => braces($, choice(seq($.field, optional(',')), $.allow_clause, $.ref_clause)),
    field: ($) =>
      seq(
        field('name', $._field_name),
        ':',
        field('type', $.field_type),
        repeat(choice($.optional, $.means)),
      ),
    _field_name: ($) =>
      choice($.identifier, alias(choice('allow', 'ref', 'from', 'to', 'means'), $.identifier)),
    optional: () => 'optional',
    means: ($) => seq('means', field('facet', $.identifier)),

    field_type: ($) =>
      choice(
        $.number_type,
        $.flag_type,
        $.text_type,
        $.moment_type,
        $.content_type,
        $.date_type,
        $.one_of_type,
        $.set_type,
        $.address_type,
      ),
    number_type: ($) =>
      seq(
        optional('whole'),
        'number',
        optional(seq('from', field('from', $._number))),
        optional(seq('to', field('to', $._number))),
      ),
    flag_type: () => 'flag',
    text_type: () => 'text',
    moment_type: () => 'moment',
    content_type: () => 'content',
    date_type: ($) =>
      seq(
        'date',
        optional(seq('from', field('from', $.date))),
        optional(seq('to', field('to', choice($.date, $.today)))),
      ),
    today: () => 'today',
    one_of_type: ($) => seq('one', 'of', $._options),
    set_type: ($) => seq('set', 'of', $._options),
    address_type: ($) => seq('address', 'of', $._options),
    _options: ($) => commas($.option),
    option: ($) => seq(field('name', $.identifier), optional(field('stored', $.string))),

    // ---- icp, segment, journey, score -----------------------------------------------------------------------------

    segment: ($) => seq('segment', $._head, choice($.where_clause, body($, $._segment_body))),
    _segment_body: ($) => braces($, choice($.where_clause, $._common)),
    icp: ($) => seq('icp', $._head, choice($.where_clause, body($, $._icp_body))),
    _icp_body: ($) => braces($, choice($.where_clause, $.agreed_clause, $._common)),
    agreed_clause: ($) =>
      seq('agreed', 'by', commas(field('by', $.identifier)), optional(seq('on', field('on', $.date)))),

    journey: ($) => seq('journey', $._head, body($, $._journey_body)),
    _journey_body: ($) => braces($, choice($.stage, $.for_clause, $._common)),
    stage: ($) => seq('stage', $._head, body($, $._stage_body)),
    _stage_body: ($) => braces($, choice($.asks_clause, $.while_clause, $._common)),
    asks_clause: ($) => seq('asks', field('question', $.string)),
    while_clause: ($) => seq('while', condition($)),

    score: ($) => seq('score', $._head, body($, $._score_body)),
    _score_body: ($) =>
      braces($, choice($.points, $.band, $.halves_clause, $.lowest_clause, $.highest_clause, $._common)),
    points: ($) =>
      seq(
        field('sign', choice('+', '-')),
        field('amount', $.number),
        choice(seq('for', field('event', $.event), optional(field('cap', $.cap))), seq('when', condition($))),
      ),
    cap: ($) => seq('at', 'most', times($, 'most'), 'per', field('per', $.duration)),
    halves_clause: ($) => seq('halves', 'every', field('every', $.duration)),
    lowest_clause: ($) => seq('from', field('from', $._number)),
    highest_clause: ($) => seq('to', field('to', $._number)),
    band: ($) => seq('band', field('name', $.identifier), 'from', field('from', $._number)),

    // ---- content --------------------------------------------------------------------------------------------------

    content: ($) => seq('content', $._head, body($, $._content_body)),
    _content_body: ($) =>
      braces(
        $,
        choice(
          $.kind_clause,
          $.about_clause,
          $.for_clause,
          $.stages_clause,
          $.answers_clause,
          $.gives_clause,
          $.url_clause,
          $.text_clause,
          $.gated_clause,
          $.updated_clause,
          $.expires_clause,
          $.mobile_clause,
          $.language_clause,
          $.draft_clause,
          $._common,
        ),
      ),
    kind_clause: ($) => seq('kind', field('kind', $.identifier)),
    about_clause: ($) => seq('about', field('about', $.identifier)),
    stages_clause: ($) => seq('stage', commas(field('stage', $._name))),
    answers_clause: ($) => seq('answers', field('question', $.string)),
    gives_clause: ($) => seq('gives', field('gives', $.string)),
    url_clause: ($) => seq('url', field('url', $.string)),
    text_clause: ($) => seq('text', field('file', $.string)),
    gated_clause: () => 'gated',
    updated_clause: ($) => seq('updated', field('on', $.date)),
    expires_clause: ($) => seq('expires', field('on', $.date)),
    mobile_clause: ($) => seq('mobile', field('mobile', $.boolean)),
    boolean: () => choice('yes', 'no'),
    language_clause: ($) => seq('language', field('language', choice($.string, anyWord($)))),

    // ---- program --------------------------------------------------------------------------------------------------

    program: ($) => seq('program', $._head, body($, $._program_body)),
    _program_body: ($) =>
      braces(
        $,
        choice(
          $.track,
          $.audience_clause,
          $.join_clause,
          $.rejoin_clause,
          $.journey_clause,
          $.goal_clause,
          $.owner_clause,
          $.leave_clause,
          $.frequency_clause,
          $.send_clause,
          $.runs_clause,
          $.hold_out_clause,
          $.draft_clause,
          $._common,
        ),
      ),
    audience_clause: ($) =>
      seq(
        'audience',
        choice(
          seq(field('audience', $.anonymous), optional(seq('and', field('audience', $._predicate)))),
          field('audience', $._predicate),
        ),
      ),
    anonymous: () => 'anonymous',
    join_clause: ($) => seq('join', choice(seq('when', condition($)), seq('on', field('event', $.event)))),
    rejoin_clause: ($) => seq('rejoin', choice(field('when', choice('always', 'never')), seq('after', field('after', $.duration)))),
    journey_clause: ($) => seq('journey', field('journey', $.identifier)),
    goal_clause: ($) =>
      seq(
        'goal',
        field('goal', $._predicate),
        optional(seq('by', 'day', field('by', $.number))),
        optional(seq(alias($._and_before_stay, 'and'), field('stay', $.stay))),
      ),
    stay: () => 'stay',
    owner_clause: ($) => seq('owner', field('owner', $.string)),
    leave_clause: ($) => seq('leave', 'when', condition($)),
    frequency_clause: ($) =>
      seq('at', 'most', field('most', $.number), field('channel', $._limited), 'per', field('per', $.duration)),
    _limited: ($) => alias($.identifier, $.channel),
    send_clause: ($) =>
      seq(
        'send',
        'on',
        commas(field('on', choice($.weekday, $.weekday_range))),
        optional(seq('from', field('from', $.time), 'to', field('to', $.time))),
      ),
    weekday: () => choice('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'),
    weekday_range: ($) => seq(field('from', $.weekday), 'to', field('to', $.weekday)),
    runs_clause: ($) => seq('runs', 'from', field('from', $.date), 'to', field('to', $.date)),
    hold_out_clause: ($) => seq('hold', 'out', field('share', $.percent)),

    track: ($) => seq(field('trigger', $._trigger), field('body', $.block)),
    _trigger: ($) =>
      choice($.join_trigger, $.stage_trigger, $.moment_trigger, $.signal_trigger, $.every_trigger),
    join_trigger: () => seq('on', 'join'),
    stage_trigger: ($) => seq('on', 'stage', commas(field('stage', $._name))),
    moment_trigger: ($) => seq('on', field('date', $.date), 'at', field('time', $.time)),
    signal_trigger: ($) => seq('on', field('event', choice($.event, alias($._event_by_keyword, $.event)))),
    every_trigger: ($) => seq('every', field('every', $.duration)),

    block: ($) => braces($, choice($.step, $.allow_clause)),
    step: ($) => choice($.touch, $.wait_until, $.wait, $.if, $.split, $.handoff_step, $.leave),
    wait: ($) => seq('wait', field('for', $.duration)),
    wait_until: ($) => seq('wait', 'until', condition($), 'for', 'at', 'most', field('most', $.duration)),
    if: ($) =>
      seq(
        $._if,
        repeat(field('alternative', $.else_if)),
        optional(field('alternative', $.else)),
      ),
    _if: ($) => seq('if', condition($), field('consequence', $.block)),
    else_if: ($) => seq('else', $._if),
    else: ($) => seq('else', field('body', $.block)),
    split: ($) => seq('split', optional(field('name', $.identifier)), braces($, $.arm)),
    arm: ($) => seq(field('share', $.percent), field('body', $.block)),
    handoff_step: ($) => seq('handoff', field('handoff', $.identifier)),
    leave: () => 'leave',

    touch: ($) =>
      seq($._touch_head, optional($.again), optional(body($, $._touch_body))),
    _touch_head: ($) =>
      seq(
        field('channel', $.channel),
        optional(field('content', $.identifier)),
        repeat(choice(seq('as', field('label', $.identifier)), seq('on', field('platform', $.identifier)))),
        optional($._title),
      ),
    again: () => 'again',
    _touch_body: ($) =>
      braces(
        $,
        choice(
          $.only_if_clause,
          $.reason_clause,
          $.touch_goal_clause,
          $.from_clause,
          $.preview_clause,
          $.invites_clause,
          $.drop_clause,
          $._common,
        ),
      ),
    only_if_clause: ($) => seq('only', 'if', condition($)),
    reason_clause: ($) => seq('reason', condition($)),
    touch_goal_clause: ($) => seq('goal', field('goal', $.string)),
    from_clause: ($) => seq('from', field('sender', $.string)),
    preview_clause: ($) => seq('preview', field('preview', $.string)),
    invites_clause: ($) => seq('invites', field('invites', $.string)),
    drop_clause: ($) => seq('drop', 'after', field('after', $.duration)),

    // ---- handoff, limits ------------------------------------------------------------------------------------------

    handoff: ($) => seq('handoff', $._head, body($, $._handoff_body)),
    _handoff_body: ($) =>
      braces($, choice($.when_clause, $.follow_up_clause, $.tell_clause, $.back_clause, $._common)),
    when_clause: ($) => seq('when', condition($)),
    follow_up_clause: ($) => seq('follow', 'up', 'within', field('within', $.duration)),
    tell_clause: ($) => seq('tell', commas(field('signal', anyWord($)))),
    back_clause: ($) =>
      seq(
        'back',
        'to',
        field('program', $.identifier),
        optional(seq('after', field('after', $.duration))),
        'when',
        condition($),
      ),

    limits: ($) => seq('limits', body($, $._limits_body)),
    _limits_body: ($) =>
      braces(
        $,
        choice(
          $.frequency_clause,
          $.quiet_clause,
          $.needs_clause,
          $.never_clause,
          $.consent_clause,
          $.prefer_clause,
          $._common,
        ),
      ),
    quiet_clause: ($) => seq('quiet', 'from', field('from', $.time), 'to', field('to', $.time)),
    needs_clause: ($) => seq(field('channel', $._limited), 'needs', condition($)),
    never_clause: ($) => seq('never', field('channel', $._limited), 'when', condition($)),
    consent_clause: ($) => seq('consent', 'again', 'when', condition($)),
    prefer_clause: ($) => seq('prefer', commas(field('program', $.identifier))),

    // ---- predicates over leads ------------------------------------------------------------------------------------

    _predicate: ($) =>
      choice(
        $.disjunction,
        $.conjunction,
        $.negation,
        $.group,
        $.did,
        $.membership,
        $.everyone,
        $.identified,
        $.comparison,
        $.flag,
      ),
    disjunction: ($) =>
      prec.left(PREC.or, seq(field('left', $._predicate), 'or', field('right', $._predicate))),
    conjunction: ($) =>
      prec.left(PREC.and, seq(field('left', $._predicate), 'and', field('right', $._predicate))),
    negation: ($) => prec(PREC.not, seq('not', $._predicate)),
    group: ($) => seq('(', $._predicate, ')'),
    everyone: () => 'everyone',
    identified: () => 'identified',
    membership: ($) => seq('in', field('group', $.identifier)),
    /** A name by itself: true when the flag says yes. */
    flag: ($) => $._name,
    // An `is` behind a name always goes on with it, also where `is deleted` could begin.
    comparison: ($) =>
      choice(
        prec(1, seq(field('left', $._name), $._is_tail)),
        seq(field('left', $._name), $._comparison_tail),
      ),
    _is_tail: ($) =>
      choice(
        seq(field('operator', 'is'), field('right', choice($.known, $.unknown, $.value))),
        seq(field('operator', 'is'), field('operator', 'not'), field('right', $.value)),
      ),
    _comparison_tail: ($) =>
      choice(
        seq(field('operator', 'in'), field('right', $.list)),
        seq(field('operator', 'not'), field('operator', 'in'), field('right', $.list)),
        seq(field('operator', choice('<', '<=', '>', '>=', 'has', 'before', 'after')), field('right', $.value)),
        seq(field('operator', 'between'), field('low', $.value), 'and', field('high', $.value)),
        seq(field('operator', 'contains'), field('right', choice($.value, $.any_of))),
        seq(
          field('operator', choice('starts', 'ends')),
          field('operator', 'with'),
          field('right', choice($.value, $.any_of)),
        ),
        seq(field('operator', 'within'), 'the', choice('last', 'next'), field('right', $.duration)),
        seq(field('operator', 'older'), field('operator', 'than'), field('right', $.duration)),
      ),
    known: () => 'known',
    unknown: () => 'unknown',
    any_of: ($) => seq('any', 'of', $.list),

    did: ($) =>
      seq(
        'did',
        optional(field('negated', 'not')),
        field('event', $.event),
        optional(field('count', $.count)),
        optional(field('window', $.window)),
      ),
    event: ($) => seq(field('signal', anyWord($)), optional($._event_filter)),
    _event_by_keyword: ($) =>
      choice(
        seq(field('signal', alias('join', $.identifier)), $._event_filter),
        seq(field('signal', alias('stage', $.identifier)), optional($._event_filter)),
      ),
    _event_filter: ($) => field('filter', alias($.group, $.filter)),
    count: ($) =>
      choice(
        seq('at', 'least', times($, 'least')),
        seq('at', 'most', times($, 'most')),
        seq('exactly', times($, 'exactly')),
        seq('between', field('least', $.number), 'and', times($, 'most')),
      ),
    window: ($) =>
      choice(
        seq('within', field('within', $.duration)),
        seq('since', field('since', choice($.joining, $.date, $.identifier))),
      ),
    joining: () => 'joining',

    // ---- rules: conditions over the policy ------------------------------------------------------------------------

    rule: ($) => seq('rule', $._head, field('verdict', $.verdict), body($, $._rule_body)),
    verdict: () => seq(choice('is', "isn't"), 'nurturing'),
    _rule_body: ($) =>
      braces(
        $,
        choice(
          $.level_clause,
          $.denies_clause,
          $.shows_clause,
          $.each_clause,
          alias($._rule_when, $.when_clause),
          $.because_clause,
          $.instead_clause,
          $.source_clause,
          $.flags_clause,
          $.passes_clause,
          $.allow_clause,
        ),
      ),
    level_clause: ($) => seq('level', field('level', $.identifier)),
    denies_clause: ($) => seq('denies', field('pillar', $.identifier)),
    shows_clause: ($) => seq('shows', field('pillar', $.identifier)),
    each_clause: ($) => seq('each', field('entity', anyWord($)), optional(seq('where', stated($)))),
    _rule_when: ($) => seq('when', stated($)),
    because_clause: ($) => seq('because', field('because', $.string)),
    instead_clause: ($) => seq('instead', field('instead', $.string)),
    source_clause: ($) => seq('source', field('source', $.string)),
    flags_clause: ($) => seq('flags', body($, $._example)),
    passes_clause: ($) => seq('passes', body($, $._example)),
    _example: ($) => braces($, $.declaration),

    _condition: ($) =>
      choice(
        alias($._rule_disjunction, $.disjunction),
        alias($._rule_conjunction, $.conjunction),
        alias($._rule_negation, $.negation),
        alias($._rule_group, $.group),
        alias($._rule_comparison, $.comparison),
        alias($._rule_flag, $.flag),
        $.quantified,
      ),
    _rule_disjunction: ($) =>
      prec.left(PREC.or, seq(field('left', $._condition), 'or', field('right', $._condition))),
    _rule_conjunction: ($) =>
      prec.left(PREC.and, seq(field('left', $._condition), 'and', field('right', $._condition))),
    _rule_negation: ($) => prec(PREC.not, seq('not', $._condition)),
    _rule_group: ($) => seq('(', $._condition, ')'),
    quantified: ($) => seq(field('quantifier', choice('some', 'all', 'none')), '(', $._range, ')'),
    _range: ($) =>
      seq(
        field('variable', $._plain_word),
        'in',
        field('list', $._operand),
        'where',
        field('condition', $._condition),
      ),
    _rule_flag: ($) => $._operand,
    _rule_comparison: ($) => seq(field('left', $._operand), $._rule_tail),
    _rule_tail: ($) =>
      choice(
        seq(field('operator', 'is'), field('right', choice($.known, $.unknown, $.empty, $._operand))),
        seq(field('operator', 'is'), field('operator', 'not'), field('right', $._operand)),
        seq(field('operator', 'not'), field('operator', 'in'), field('right', $._operand)),
        seq(
          field('operator', choice('<', '<=', '>', '>=', 'in', 'has', 'covers', 'overlaps')),
          field('right', $._operand),
        ),
        seq(field('operator', 'says'), field('right', alias($._phrases, $.list))),
        seq(field('operator', 'between'), field('low', $._operand), 'and', field('high', $._operand)),
        seq(field('operator', 'older'), field('operator', 'than'), field('right', $._operand)),
      ),
    empty: () => 'empty',
    _phrases: ($) => seq('[', commas($.string), ']'),

    _operand: ($) => choice($._atom, $.combination),
    /** `A with B`, `A except B`: from left to right. */
    combination: ($) =>
      prec.left(
        seq(field('left', $._operand), field('operator', choice('with', 'except')), field('right', $._atom)),
      ),
    _atom: ($) =>
      choice(
        $.figure,
        $.leads,
        $.act,
        alias($._operand_list, $.list),
        $._rule_path,
        $.string,
        $.date,
        $.percent,
        $.duration,
        $._number,
      ),
    figure: ($) =>
      seq(field('name', choice('count', 'share')), '(', choice($._range, field('list', $._operand)), ')'),
    leads: ($) => seq('leads', '(', condition($), ')'),
    act: ($) =>
      seq(
        field('name', choice('silent', 'untold', 'unasked', 'only')),
        '(',
        choice(
          field('argument', $._operand),
          seq(field('signal', $._plain_word), repeat1(seq(',', field('signal', $._plain_word)))),
        ),
        ')',
      ),
    _operand_list: ($) => seq('[', commas($._operand), ']'),
    _rule_word: ($) => reserved('rules', $.identifier),
    /** Words of functions are names where no bracket follows. */
    _plain_word: ($) => choice($._rule_word, alias($._function_word, $.identifier)),
    _function_word: () =>
      choice('all', 'count', 'leads', 'none', 'only', 'share', 'silent', 'some', 'unasked', 'untold'),
    _rule_path: ($) =>
      choice($._path_head, alias($._rule_dotted, $.path)),
    _rule_dotted: ($) => seq($._path_head, repeat1(choice($._dot_word, $._dot_call))),
    _path_head: ($) =>
      choice(
        $._plain_word,
        $.attribute_call,
      ),
    attribute_call: ($) => seq(field('attribute', $._rule_word), $._argument),
    _dot_call: ($) =>
      seq(
        token.immediate('.'),
        alias($._attribute_call_after_dot, $.attribute_call),
      ),
    _attribute_call_after_dot: ($) =>
      seq(field('attribute', alias($._word_after_dot, $.identifier)), $._argument),
    _argument: ($) => seq('(', field('argument', $._operand), ')'),

    // ---- tests ----------------------------------------------------------------------------------------------------

    test: ($) =>
      seq('test', $._title, optional(seq('from', field('from', $.date))), body($, $._test_body)),
    _test_body: ($) => braces($, choice($.test_lead, $.day)),
    test_lead: ($) => seq('lead', optional(field('id', $.string)), field('facts', $.facts)),
    facts: ($) => braces($, $._fact),
    _fact: ($) => seq($.fact, optional(',')),
    fact: ($) => seq(field('name', $.identifier), ':', field('value', $._fact_value)),
    _fact_value: ($) => choice($.value, $.unknown, alias($._fact_list, $.list)),
    _fact_list: ($) => seq('[', optional(commas($.value)), ']'),
    day: ($) => seq('day', field('number', $.number), body($, $._day_body)),
    _day_body: ($) =>
      braces($, choice($.test_event, $.becomes, $.becomes_identified, $.deleted, $.expect)),
    test_event: ($) =>
      seq('did', field('signal', anyWord($)), optional(field('facts', alias($._arguments, $.facts)))),
    _arguments: ($) => seq('(', repeat($._fact), ')'),
    becomes: ($) => seq(field('name', $._changing_name), 'becomes', field('value', $._fact_value)),
    _changing_name: ($) => choice($._awaited_name, alias('becomes', $.identifier)),
    _awaited_name: ($) =>
      choice($.identifier, alias(choice('after', 'before', 'ends', 'older', 'starts'), $.identifier)),
    becomes_identified: () => seq('becomes', 'identified'),
    deleted: () => seq('is', 'deleted'),
    expect: ($) =>
      seq('expect', choice($.expected_handoff, $.expected_messages, $.expected_touch, condition($))),
    expected_handoff: ($) => seq(optional($._no), 'handoff', optional(field('handoff', $._awaited_name))),
    expected_messages: ($) => seq(choice($._no, $._touch_ahead), 'messages', optional($._from_program)),
    expected_touch: ($) =>
      seq(
        choice($._no, $._touch_ahead),
        field('channel', $.channel),
        optional(field('content', $._awaited_name)),
        optional($._from_program),
      ),
    _no: () => field('negated', 'no'),
    _from_program: ($) => seq('from', field('program', $.identifier)),
  },
});
