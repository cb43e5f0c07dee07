;;; nurture-mode.el --- Editing nurture policies  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; A major mode for `*.nurture': colours, indentation as `nurture fmt' does, imenu, and the language server
;; through eglot.

;;; Code:

(require 'cl-lib)
(require 'project)

(defgroup nurture nil
  "Editing nurture policies."
  :group 'languages)

(defcustom nurture-program "nurture"
  "The nurture program."
  :type 'string
  :risky t)

(defface nurture-name '((t))
  "A name that is coloured by nothing else."
  :group 'nurture)

;;;; Words

(eval-and-compile
  (defconst nurture--declarations
    '("lead" "signal" "icp" "segment" "journey" "score" "content" "program" "handoff" "limits" "rule" "test")
    "In the first column of a line these begin a declaration, whatever is still open.")

  (defconst nurture--reserved
    '("again" "and" "anonymous" "as" "between" "contains" "did" "else" "every" "everyone" "for" "handoff" "has"
      "identified" "if" "in" "is" "joining" "known" "leave" "not" "on" "only" "or" "since" "split" "stay" "unknown"
      "wait" "when" "where" "while" "within")
    "Words that join predicates and steps.  They are no names.")

  (defconst nurture--predicate-clauses '("audience" "goal" "reason" "needs" "expect")
    "Clauses that a predicate may follow: `in' or `not' behind them says nothing.")

  (defconst nurture--kinds
    '("guide" "checklist" "article" "video" "webinar" "event" "tool" "course" "research" "comparison"
      "case_study" "white_paper" "brochure" "datasheet" "demo" "trial" "pricing" "newsletter" "announcement"
      "release_notes")
    "What a content is.")

  (defconst nurture--topics
    '("problem" "market" "solution" "peers" "product" "company")
    "What a content is about.")

  (defconst nurture--name-clauses
    '("level" "denies" "shows" "band" "allow" "journey" "language" "stage")
    "Clauses that a word follows.")

  (defconst nurture--clauses
    '("after" "agreed" "always" "answers" "asks" "at" "back" "because" "becomes" "before" "by" "consent" "covers" "day"
      "draft" "drop" "each" "ends" "exactly" "except" "expires" "explicit" "flags" "follow" "from" "gated" "gives"
      "halves" "hold" "implicit" "instead" "invites" "join" "language" "lead" "least" "messages" "mobile" "most" "never"
      "no" "objective" "older" "out" "overlaps" "owner" "passes" "per" "prefer" "preview" "quiet" "ref" "rejoin"
      "request" "runs" "says" "send" "source" "starts" "tell" "text" "times" "to" "until" "up" "updated" "url" "with")
    "Clauses and small words.")

  (defconst nurture--channels '("email" "sms" "call" "letter" "chat" "ad" "post" "web"))
  (defconst nurture--days '("mon" "tue" "wed" "thu" "fri" "sat" "sun"))
  (defconst nurture--units
    '("seconds" "second" "minutes" "minute" "hours" "hour" "days" "day" "weeks" "week"))
  (defconst nurture--types '("number" "flag" "text" "date" "moment" "content"))
  (defconst nurture--functions
    '("some" "all" "none" "count" "share" "leads" "silent" "untold" "unasked" "only"))
  (defconst nurture--constants '("yes" "no" "known" "unknown" "empty" "today"))

  (defun nurture--any (words)
    "A regular expression for one of WORDS."
    (regexp-opt words 'symbols))

  (defconst nurture--declaration (concat "^" (nurture--any nurture--declarations)))
  (defconst nurture--word "\\_<[A-Za-z_][A-Za-z_0-9]*\\_>")
  (defconst nurture--space "[ \t\n]+")
  (defconst nurture--tested
    "[ \t\n]+\\(?:not[ \t]+in\\|is\\|in\\|has\\|contains\\|starts\\|ends\\|before\\|after\\|within\\|older\\|between\\|becomes\\)\\_>"
    "What can follow a field, but no clause."))

;;;; Syntax

(defvar nurture-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?' "." table)
    (modify-syntax-entry ?{ "(}" table)
    (modify-syntax-entry ?} "){" table)
    (modify-syntax-entry ?\[ "(]" table)
    (modify-syntax-entry ?\] ")[" table)
    (dolist (sign '(?< ?> ?= ?+ ?- ?* ?/ ?% ?& ?| ?$))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax table of `nurture-mode'.")

;; A string ends with its line at the latest.
(defconst nurture--syntax-propertize
  (syntax-propertize-rules
   ("#.*\\|\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"\\|\\(\"\\)\\(?:[^\"\\\n]\\|\\\\.\\)*\\\\?\\(\n\\)" (1 "|") (2 "|"))))

(defun nurture--face-of (state)
  "The face of the string or comment that STATE is in."
  (cond ((nth 3 state) 'font-lock-string-face)
        ((save-excursion
           (goto-char (nth 8 state))
           (looking-at-p "##\\(?:[^#]\\|$\\)"))
         'font-lock-doc-face)
        (t 'font-lock-comment-face)))

;;;; Colours

(defun nurture--code-p (state)
  "Whether STATE is in neither string nor comment."
  (not (or (nth 3 state) (nth 4 state))))

(defun nurture--in-string-p ()
  "Whether the match is in a string."
  (save-match-data
    (save-excursion
      (nth 3 (syntax-ppss (match-beginning 0))))))

(defun nurture--followed-p (after)
  "Whether what follows point fits AFTER, white space aside."
  (save-excursion
    (skip-chars-forward " \t\n")
    (looking-at-p after)))

(defun nurture--match-listed (limit)
  "Find a word in brackets before LIMIT: an option."
  (let ((found nil))
    (while (and (not found) (re-search-forward nurture--word limit t))
      (let ((state (save-match-data (save-excursion (syntax-ppss (match-beginning 0))))))
        (setq found (and (nurture--code-p state)
                         (nth 1 state)
                         (eq (char-after (nth 1 state)) ?\[)
                         (not (eq (char-before (match-beginning 0)) ?.))
                         (not (save-match-data (nurture--followed-p "[.(]")))))))
    found))

(defun nurture--name-p ()
  "Whether the match is a name for what follows it."
  (save-match-data (looking-at-p "[ \t\n]*[].:,)<>]")))

(defun nurture--match-word (words tested limit)
  "Find a match of WORDS before LIMIT that is no name.
Where TESTED, one before a comparison or a parenthesis is a name, too."
  (let ((found nil)
        (case-fold-search nil))
    (while (and (not found) (re-search-forward words limit t))
      (setq found (not (or (nurture--name-p)
                           (and tested (save-match-data
                                         (or (looking-at-p nurture--tested) (looking-at-p "[ \t\n]*("))))))))
    found))

(defun nurture--match-predicate-clause (limit)
  "Find a clause that a predicate follows, before LIMIT."
  (nurture--match-word (eval-when-compile (nurture--any nurture--predicate-clauses)) nil limit))

(defun nurture--match-clause (limit)
  "Find a clause or a small word before LIMIT."
  (nurture--match-word (eval-when-compile (nurture--any (append nurture--name-clauses nurture--clauses))) t limit))

(defun nurture--match-channel (limit)
  "Find a channel before LIMIT.  A field may be called the same."
  (let ((found nil)
        (case-fold-search nil))
    (while (and (not found) (re-search-forward (eval-when-compile (nurture--any nurture--channels)) limit t))
      (setq found (save-match-data
                    (not (or (looking-at-p "[ \t\n]*[].:)<>]") (looking-at-p nurture--tested))))))
    found))

(defun nurture--match-behind (clause limit)
  "Find CLAUSE before LIMIT.  Its second group is a name, and no reserved word."
  (let ((found nil)
        (case-fold-search nil))
    (while (and (not found) (re-search-forward clause limit t))
      (setq found (not (or (eq (char-before (match-beginning 0)) ?.)
                           (member (match-string-no-properties 2) nurture--reserved))))
      (unless found
        (goto-char (match-end 1))))
    found))

(defun nurture--match-option (limit)
  "Find a clause with an option behind it before LIMIT."
  (nurture--match-behind
   (eval-when-compile
     (concat (nurture--any (remove "stage" nurture--name-clauses)) nurture--space "\\(" nurture--word "\\)"))
   limit))

(defun nurture--match-kind (limit)
  "Find what a content is, or what it is about, before LIMIT."
  (nurture--match-behind
   (eval-when-compile
     (concat "\\_<\\(?:\\(?1:kind\\)" nurture--space "\\(?2:" (nurture--any nurture--kinds) "\\)\\|\\(?1:about\\)" nurture--space
             "\\(?2:" (nurture--any nurture--topics) "\\)\\)"))
   limit))

(defun nurture--match-names (limit)
  "Find a clause with a name, or with a list of names, behind it before LIMIT.
The first group is the clause, the third all of the names."
  (nurture--match-behind
   (eval-when-compile
     (concat "\\_<\\(tell\\|prefer\\|stage\\|handoff\\|split\\|from\\|back[ \t\n]+to\\|agreed[ \t\n]+by\\)\\_>"
             nurture--space "\\(?3:\\(?2:" nurture--word "\\)\\(?:[ \t\n]*,[ \t\n]*" nurture--word "\\)*\\)"))
   limit))

(defun nurture--match-one-of (limit)
  "Find `one of' or `set of' behind a colon before LIMIT."
  (re-search-forward ":[ \t\n]*\\_<\\(one\\|set\\)[ \t\n]+\\(of\\)\\_>" limit t))

(defun nurture--options-end ()
  "Where the options behind point end: at the next field, or with the block."
  (save-excursion
    (if (re-search-forward "}\\|\\_<[A-Za-z_0-9]+\\_>[ \t]*:\\|\\_<\\(?:optional\\|means\\)\\_>" (+ (point) 4000) 'move)
        (match-beginning 0)
      (point))))

(defconst nurture-font-lock-keywords
  (eval-when-compile
    (let ((word (concat "\\(" nurture--word "\\)"))
          (space nurture--space))
      `(;; Placeholders and escapes in strings.
        ("{[^{}\"\\\n]*}" (0 (and (nurture--in-string-p) 'font-lock-variable-name-face) prepend))
        ("\\\\\\(?:[\"\\nt]\\|u{[0-9a-fA-F]+}\\)\\|{{"
         (0 (and (nurture--in-string-p) 'font-lock-constant-face) prepend))
        ;; The words of a list are options.
        (nurture--match-listed 0 font-lock-constant-face)
        ;; Declarations: in the first column, and in the examples of rules.
        (,(concat nurture--declaration "\\(?:[ \t]+" word "\\)?")
         (1 font-lock-keyword-face) (2 font-lock-type-face nil t))
        (,(concat (nurture--any nurture--declarations) space word "\\(?:" space
                  "\"[^\"\n]*\"\\)?[ \t\n]*\\(?:{\\|\\_<\\(?:where\\|explicit\\|implicit\\)\\_>\\)")
         (1 font-lock-keyword-face) (2 font-lock-type-face))
        ("\\_<\\(limits\\)\\_>[ \t\n]*{" 1 font-lock-keyword-face)
        ;; Fields.
        (nurture--match-one-of
         (1 font-lock-type-face) (2 font-lock-type-face)
         (,nurture--word (nurture--options-end) nil (0 font-lock-constant-face)))
        (":[ \t\n]*\\_<\\(address[ \t\n]+of\\)\\_>" 1 font-lock-type-face)
        (,(concat ":[ \t\n]*\\_<\\(whole[ \t\n]+number\\|" (mapconcat #'identity nurture--types "\\|") "\\)\\_>")
         1 font-lock-type-face)
        (,(concat word "[ \t]*:") 1 font-lock-variable-name-face)
        (,(concat ":[ \t\n]*" word) 1 font-lock-constant-face)
        (,(concat "\\." word) 1 'nurture-name)
        ("\\_<optional\\_>" . font-lock-keyword-face)
        (,(concat "\\_<\\(means\\)" space word) (1 font-lock-keyword-face) (2 font-lock-constant-face))
        ;; What leads do.
        (,(concat "\\_<\\(did\\)" space "\\(?:\\(not\\)" space "\\)?" word)
         (1 font-lock-keyword-face) (2 font-lock-keyword-face nil t) (3 font-lock-function-name-face))
        (,(concat "\\_<\\(on\\)" space "\\(join\\)[ \t\n]*{") (1 font-lock-keyword-face) (2 font-lock-keyword-face))
        (,(concat "\\_<\\(join\\)" space "\\(on\\)" space word)
         (1 font-lock-keyword-face) (2 font-lock-keyword-face) (3 font-lock-function-name-face))
        (,(concat (nurture--any nurture--days) "[ \t\n]*\\(?:,\\|\\_<to\\_>\\|\\_<from\\_>\\|$\\)")
         1 font-lock-constant-face)
        (,(concat "\\_<\\(on\\)" space word "[ \t\n]*[({]")
         (1 font-lock-keyword-face) (2 font-lock-function-name-face))
        (,(concat "[-+][0-9][0-9_.]*" space "\\(for\\)" space word)
         (1 font-lock-keyword-face) (2 font-lock-function-name-face))
        ("\\_<[0-9][0-9_]*[ \t\n]+\\(times\\)\\_>" 1 font-lock-keyword-face)
        (,(concat "\\_<[0-9][0-9_.]*[ \t\n]*" (nurture--any nurture--units) "[ \t\n]*\\(?:[^: \t\n]\\|\\'\\)")
         1 font-lock-type-face)
        ;; Names behind a word, and phrases.
        (,(concat "\\_<\\(since[ \t\n]+joining\\|rejoin[ \t\n]+\\(?:always\\|never\\|after\\)\\|follow[ \t\n]+up"
                  "\\|drop[ \t\n]+after\\|hold[ \t\n]+out\\|within[ \t\n]+the[ \t\n]+\\(?:last\\|next\\)\\|older[ \t\n]+than"
                  "\\|\\(?:starts\\|ends\\)[ \t\n]+with\\(?:[ \t\n]+any[ \t\n]+of\\)?\\|contains[ \t\n]+any[ \t\n]+of\\)\\_>")
         1 font-lock-keyword-face)
        (,(concat "\\_<\\(as\\|since\\)" space word) (1 font-lock-keyword-face) (2 font-lock-variable-name-face))
        (,(concat "\\_<\\(each\\)" space word) (1 font-lock-keyword-face) (2 font-lock-constant-face))
        (,(concat "\\_<\\(expect\\)" space "\\(no\\)\\_>") (1 font-lock-keyword-face) (2 font-lock-keyword-face))
        (nurture--match-option (1 font-lock-keyword-face) (2 font-lock-constant-face))
        (nurture--match-kind (1 font-lock-keyword-face) (2 font-lock-constant-face))
        (nurture--match-names (1 font-lock-keyword-face) (3 'nurture-name))
        ;; Comparisons, and what follows them.
        (,(concat "\\_<\\(isn't\\|is\\)" space "\\(nurturing\\|deleted\\)\\_>")
         (1 font-lock-keyword-face) (2 font-lock-keyword-face))
        (,(concat "\\_<\\(becomes\\)" space "\\(identified\\)\\_>") (1 font-lock-keyword-face) (2 font-lock-keyword-face))
        (,(concat "\\_<\\(in\\)" space word) (1 font-lock-keyword-face) (2 'nurture-name))
        (,(concat "\\_<\\(is\\|has\\|becomes\\)" space "\\(?:\\(not\\)" space "\\)?" word "[ \t\n]*\\(?:[^.( \t\n]\\|\\'\\)")
         (1 font-lock-keyword-face) (2 font-lock-keyword-face nil t) (3 font-lock-constant-face))
        (,(concat "[<>]=?[ \t\n]*" word "[ \t\n]*\\(?:[^.( \t\n]\\|\\'\\)") 1 font-lock-constant-face)
        (,(concat "\\_<\\(covers\\|overlaps\\|with\\|except\\)" space "\\(silent\\|untold\\|unasked\\)\\_>")
         (1 font-lock-keyword-face) (2 font-lock-builtin-face))
        ;; Touches, and the words of the language.
        (nurture--match-channel 0 font-lock-builtin-face)
        (,(concat (nurture--any nurture--functions) "[ \t\n]*(") 1 font-lock-builtin-face)
        (,(nurture--any nurture--constants) . font-lock-constant-face)
        (,(nurture--any nurture--reserved) . font-lock-keyword-face)
        (nurture--match-predicate-clause 0 font-lock-keyword-face)
        (nurture--match-clause 0 font-lock-keyword-face))))
  "Colours of `nurture-mode'.  What comes first holds.")

;;;; Indentation, as `nurture fmt' does it

(defconst nurture--token "\"\\(?:\\\\.\\|[^\"\\\n]\\)*\"?\\|#.*\\|[A-Za-z_][A-Za-z_0-9]*\\|[^ \t\r\n]")

(defun nurture--tokens (line)
  "The words and signs of LINE, without its comment."
  (let ((tokens nil)
        (at 0))
    (while (and at (string-match nurture--token line at))
      (let ((token (match-string 0 line)))
        (if (eq (aref token 0) ?#)
            (setq at nil)
          (push token tokens)
          (setq at (match-end 0)))))
    (nreverse tokens)))

(defun nurture--opens-p (token)
  "Whether TOKEN is an opening bracket."
  (member token '("(" "[" "{")))

(defun nurture--closes-p (token)
  "Whether TOKEN is a closing bracket."
  (member token '(")" "]" "}")))

(defun nurture--goes-on-p (later)
  "Whether a term of a condition follows the bracket at the head of LATER.
LATER is a list of lists of tokens; the first begins with the bracket."
  (let ((depth 0)
        (answer 'open))
    (while (and later (eq answer 'open))
      (let ((tokens (pop later)))
        (while (and tokens (eq answer 'open))
          (let ((token (pop tokens)))
            (cond ((nurture--opens-p token) (cl-incf depth))
                  ((and (nurture--closes-p token) (zerop (cl-decf depth)))
                   (setq answer (and (null tokens)
                                     (member (car (cl-find-if #'identity later)) '("and" "or"))
                                     t))))))))
    (eq answer t)))

(defun nurture--line-indents (lines)
  "The indents of LINES: one declaration, or what stands before the first.
A stack holds what is open: its sign, the indent of what is in it, that of its
end, and whether `where' was in it."
  (let ((code (mapcar #'nurture--tokens lines))
        (indents nil)
        (open nil)
        (base 0)
        (before nil)
        (where nil)
        (previous ""))
    (cl-loop
     for line in lines
     for rest on code
     do
     (let* ((tokens (car rest))
            (first (car tokens))
            (declares (string-match-p nurture--declaration line))
            (blank (string-match-p "\\`[ \t\r]*\\'" line))
            (around (car open))
            (sign (car around))
            (joins (member first '("and" "or")))
            (further nil)
            (indent
             (cond
              ((and (null tokens) (not blank)) nil)
              ((nurture--closes-p first) (if around (nth 2 around) 0))
              ((equal sign "[") (nth 1 around))
              ((equal sign "(")
               (cond ((equal first "where") (setf (nth 3 around) t) (+ (nth 1 around) 2))
                     ((and joins (nth 3 around)) (+ (nth 1 around) 4))
                     (t (nth 1 around))))
              ((or (equal first "{") declares) base)
              ((and (null around) (null before)) 0)
              (joins (setq further t) (+ base (if (and (null around) where) 4 2)))
              ((and (equal before ",") (not (string-match-p "\\`[ \t]*[A-Za-z_0-9]+[ \t]*:" line)))
               (setq further t)
               (+ base 2))
              ((string-match-p "\\`[ \t]*for[ \t]+at[ \t]+most\\_>" line) (setq further t) (+ base 2))
              ((null around)
               (setq further (not (equal first "where")))
               (when (equal first "where") (setq where t))
               ;; Behind the end of a declaration, or in one without braces.
               (if (and blank (or (equal before "}") (string-match-p "\\`[ \t\r]*\\'" previous))) 0 2))
              (t base))))
       (push indent indents)
       (when tokens
         (cl-loop
          for later on tokens
          for token = (car later)
          do
          (cond
           ((equal token "{")
            (push (list "{" (+ base 2) base nil) open)
            (cl-incf base 2))
           ((nurture--opens-p token)
            (let ((more (if (and (or (null around) (equal sign "{"))
                                 (not further)
                                 (not (nurture--closes-p first))
                                 (nurture--goes-on-p (cons later (cdr rest))))
                            2
                          0)))
              (push (list token (+ indent 2 more) (+ indent more) nil) open)))
           ((and (nurture--closes-p token) open)
            (let ((closed (pop open)))
              (when (equal token "}")
                (setq base (nth 2 closed)))))))
         (setq before (car (last tokens))))
       (setq previous line)))
    ;; A comment stands as the code below it, and before an end as what is inside.  INDENTS is in reverse here.
    (let ((below 0)
          (result nil))
      (cl-loop
       for indent in indents
       for tokens in (reverse code)
       do
       (push (or indent below) result)
       (when tokens
         (setq below (+ indent (if (nurture--closes-p (car tokens)) 2 0)))))
      result)))

(defvar-local nurture--indents nil
  "The lines of the declaration that was last looked at, and their indents.")

(defun nurture--indent ()
  "The indent of the current line in the one layout."
  (save-excursion
    (save-match-data
      (let ((case-fold-search nil)
            (here (line-beginning-position)))
        (goto-char here)
        (if (looking-at-p nurture--declaration)
            0
          (let* ((from (if (re-search-backward nurture--declaration nil 'move) (point) (point-min)))
                 (to (progn
                       (goto-char here)
                       (if (re-search-forward nurture--declaration nil 'move) (line-beginning-position) (point-max))))
                 (lines (mapcar (lambda (line) (replace-regexp-in-string "\\`[ \t]+" " " line))
                                (split-string (buffer-substring-no-properties from to) "\n"))))
            (unless (equal (car nurture--indents) lines)
              (setq nurture--indents (cons lines (nurture--line-indents lines))))
            (nth (count-lines from here) (cdr nurture--indents))))))))

(defun nurture-indent-line ()
  "Indent the current line as `nurture fmt' does."
  (interactive)
  (let ((indent (or (nurture--indent) 0)))
    (if (<= (current-column) (current-indentation))
        (indent-line-to indent)
      (save-excursion (indent-line-to indent)))))

;;;; The server

(defun nurture--project (folder)
  "The policy that FOLDER is part of, as a project.
It is the folder with a nurture.toml, else FOLDER itself."
  (when (derived-mode-p 'nurture-mode)
    (cons 'nurture (or (locate-dominating-file folder "nurture.toml") folder))))

(cl-defmethod project-root ((project (head nurture)))
  "The folder of PROJECT."
  (file-name-as-directory (expand-file-name (cdr project))))

(defun nurture--contact (_interactive &optional _project)
  "How the language server is started."
  (list nurture-program "lsp"))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(nurture-mode . nurture--contact)))

(declare-function eglot-current-server "eglot" ())
(declare-function eglot--signal-textDocument/didChange "eglot" ())
(declare-function jsonrpc-request "jsonrpc" (connection method params &rest more))

(defun nurture--ask (method params)
  "The answer of the language server to METHOD with PARAMS."
  (let ((server (and (fboundp 'eglot-current-server) (eglot-current-server))))
    (unless server
      (user-error "No language server runs for this file: M-x eglot starts one"))
    ;; What was typed just now comes first.
    (when (fboundp 'eglot--signal-textDocument/didChange)
      (eglot--signal-textDocument/didChange))
    (jsonrpc-request server method params :timeout 60)))

(defvar url-path-allowed-chars)
(declare-function url-hexify-string "url-util" (string &optional allowed-chars))

(defun nurture--uri ()
  "The address of the file of this buffer."
  (require 'url-util)
  (concat "file://" (url-hexify-string (expand-file-name (buffer-file-name)) url-path-allowed-chars)))

(defun nurture--show (name text mode)
  "Show TEXT in a buffer NAME, in MODE."
  (with-current-buffer (get-buffer-create name)
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert text)
      (goto-char (point-min)))
    (funcall mode)
    (setq buffer-read-only t)
    (display-buffer (current-buffer))))

(defun nurture-explain (name)
  "Explain the rule or check NAME."
  (interactive
   (list (read-string "Rule or check: " (thing-at-point 'symbol t))))
  (let ((answer (nurture--ask :workspace/executeCommand `(:command "nurture.explain" :arguments [,name]))))
    (nurture--show "*nurture explanation*" (plist-get answer :markdown)
                   (if (fboundp 'markdown-view-mode) 'markdown-view-mode #'text-mode))))

(defun nurture-test ()
  "Run the tests of the policy."
  (interactive)
  (let ((answer (nurture--ask :workspace/executeCommand
                              `(:command "nurture.runTest" :arguments [,(nurture--uri)]))))
    (nurture--show "*nurture tests*" (plist-get answer :text) #'text-mode)))

;;;; Formatting without the server

(defun nurture-format-buffer ()
  "Write the buffer in the one layout.  What cannot be read stays as it is."
  (interactive)
  (let ((source (current-buffer))
        (written (generate-new-buffer " *nurture fmt*"))
        (coding-system-for-read 'utf-8)
        (coding-system-for-write 'utf-8))
    (unwind-protect
        (if (zerop (call-process-region nil nil nurture-program nil (list written nil) nil "fmt" "-q" "-"))
            (with-current-buffer source
              (replace-buffer-contents written))
          (user-error "%s cannot format this buffer" nurture-program))
      (kill-buffer written))))

;;;; The mode

(defvar nurture-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-f") #'nurture-format-buffer)
    (define-key map (kbd "C-c C-e") #'nurture-explain)
    (define-key map (kbd "C-c C-t") #'nurture-test)
    map)
  "Keys of `nurture-mode'.")

(defun nurture--beginning-of-defun (&optional count)
  "Go to the beginning of a declaration, COUNT declarations back."
  (let ((case-fold-search nil))
    (re-search-backward nurture--declaration nil 'move (or count 1))))

(defun nurture--end-of-defun ()
  "Go to the end of the declaration that begins at point."
  (let ((case-fold-search nil))
    (forward-char)
    (if (re-search-forward nurture--declaration nil 'move)
        (goto-char (match-beginning 0))
      (goto-char (point-max)))
    (forward-comment (- (point-max)))
    (forward-line)))

(defun nurture--imenu ()
  "The declarations of the buffer, by what they declare."
  (let ((case-fold-search nil)
        (kinds nil))
    (save-excursion
      (goto-char (point-min))
      (while (re-search-forward (concat nurture--declaration "[ \t]*\\(?:\"\\([^\"\n]*\\)\"\\|\\([A-Za-z_0-9]+\\)\\)?") nil t)
        (let* ((kind (match-string-no-properties 1))
               (name (or (match-string-no-properties 2) (match-string-no-properties 3) kind))
               (entry (cons name (match-beginning 0))))
          (push entry (alist-get kind kinds nil nil #'equal)))))
    (mapcar (lambda (kind) (cons (car kind) (nreverse (cdr kind)))) (nreverse kinds))))

;;;###autoload
(define-derived-mode nurture-mode prog-mode "nurture"
  "Major mode for nurture policies."
  (setq-local comment-start "# "
              comment-end ""
              comment-start-skip "#+[ \t]*"
              font-lock-defaults '(nurture-font-lock-keywords nil nil nil
                                   (font-lock-syntactic-face-function . nurture--face-of))
              syntax-propertize-function nurture--syntax-propertize
              indent-line-function #'nurture-indent-line
              indent-tabs-mode nil
              tab-width 2
              fill-column 120
              electric-indent-chars (append "{}[]()" electric-indent-chars)
              beginning-of-defun-function #'nurture--beginning-of-defun
              end-of-defun-function #'nurture--end-of-defun
              imenu-create-index-function #'nurture--imenu)
  (add-hook 'project-find-functions #'nurture--project nil t)
  (when buffer-file-name
    (setq-local compile-command
                (concat (shell-quote-argument nurture-program) " check --format concise "
                        (shell-quote-argument (expand-file-name (cdr (nurture--project default-directory))))))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.nurture\\'" . nurture-mode))

(provide 'nurture-mode)
;;; nurture-mode.el ends here
