;;; client.el --- A client of the language server  -*- lexical-binding: t -*-

;;; Commentary:

;; Opens a policy through eglot, and does what people do.  Run by test/run.

;;; Code:

(require 'ert)
(require 'eglot)
(require 'flymake)
(require 'xref)
(require 'nurture-mode)

(defconst nurture-client-policy (concat (file-name-as-directory (getenv "FOLDER")) "policy/"))

(setq nurture-program (getenv "NURTURE")
      eglot-connect-timeout 60
      eglot-sync-connect 60
      eglot-confirm-server-initiated-edits nil
      make-backup-files nil
      create-lockfiles nil)

(defun nurture-client-wait (what holds)
  "Wait until the function HOLDS says so, half a minute at most; WHAT names it."
  (let ((end (+ (float-time) 30)))
    (while (not (funcall holds))
      (when (> (float-time) end)
        (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

(defun nurture-client-open (file)
  "Open FILE of the policy with its server."
  (let ((buffer (find-file-noselect (concat nurture-client-policy file))))
    (switch-to-buffer buffer)
    (unless (eglot-current-server)
      (apply #'eglot (eglot--guess-contact)))
    (nurture-client-wait "the server" (lambda () (and (eglot-current-server) (eglot-managed-p))))
    buffer))

(defun nurture-client-errors ()
  "The errors that are shown in this buffer."
  (seq-filter (lambda (finding) (memq (flymake-diagnostic-type finding) '(eglot-error :error)))
              (flymake-diagnostics)))

(defun nurture-client-go (line word)
  "Go to WORD in the first line with LINE."
  (goto-char (point-min))
  (search-forward line)
  (beginning-of-line)
  (search-forward word (line-end-position))
  (goto-char (match-beginning 0)))

(defun nurture-client-text (file)
  "What the buffer of FILE holds."
  (with-current-buffer (find-file-noselect (concat nurture-client-policy file))
    (buffer-substring-no-properties (point-min) (point-max))))

(ert-deftest nurture-client-1-root ()
  (nurture-client-open "segments.nurture")
  (nurture-client-open "more/programs.nurture")
  (should (file-equal-p (project-root (eglot--project (eglot-current-server))) nurture-client-policy))
  (should (equal (eglot--language-id (eglot-current-server)) "nurture"))
  (should (= 1 (length (apply #'append (hash-table-values eglot--servers-by-project))))))

(ert-deftest nurture-client-2-diagnostics ()
  (nurture-client-open "segments.nurture")
  (flymake-start)
  (nurture-client-wait "an error" (lambda () (= 1 (length (nurture-client-errors)))))
  (let ((found (car (nurture-client-errors))))
    (should (string-match-p "controler" (flymake-diagnostic-text found)))
    (should (equal (buffer-substring-no-properties (flymake-diagnostic-beg found) (flymake-diagnostic-end found))
                   "controler")))
  ;; Mended while typing.
  (nurture-client-go "controler" "controler")
  (search-forward "controler")
  (replace-match "controller")
  (eglot--signal-textDocument/didChange)
  (nurture-client-wait "no error" (lambda () (null (nurture-client-errors)))))

(ert-deftest nurture-client-3-definition ()
  (nurture-client-open "more/programs.nurture")
  (nurture-client-go "audience in finance_leaders" "finance_leaders")
  (let ((xref-prompt-for-identifier nil))
    (call-interactively #'xref-find-definitions))
  (should (equal (file-name-nondirectory (buffer-file-name)) "segments.nurture"))
  (should (= 1 (line-number-at-pos)))
  (should (looking-at-p "finance_leaders")))

(ert-deftest nurture-client-4-rename ()
  (nurture-client-open "segments.nurture")
  (nurture-client-go "segment finance_leaders" "finance_leaders")
  (eglot-rename "money_people")
  (dolist (file '("segments.nurture" "more/programs.nurture"))
    (should-not (string-match-p "finance_leaders" (nurture-client-text file))))
  (should (string-match-p "segment money_people" (nurture-client-text "segments.nurture")))
  (should (string-match-p "where in money_people" (nurture-client-text "segments.nurture")))
  (should (string-match-p "audience in money_people" (nurture-client-text "more/programs.nurture"))))

(ert-deftest nurture-client-5-format ()
  (nurture-client-open "segments.nurture")
  (let ((right (buffer-string)))
    (goto-char (point-min))
    (while (re-search-forward " where " nil t)
      (replace-match "   where  "))
    (should-not (equal (buffer-string) right))
    (eglot-format-buffer)
    (should (equal (buffer-string) right))))

(ert-deftest nurture-client-6-explanation ()
  (nurture-client-open "segments.nurture")
  (nurture-explain "unknown_option")
  (with-current-buffer "*nurture explanation*"
    (should (string-match-p "unknown_option" (buffer-string)))))

(ert-deftest nurture-client-7-tests ()
  ;; No timer for idle moments runs here, which would tell the server of the renamed segment in this file.
  (nurture-client-open "more/programs.nurture")
  (eglot--signal-textDocument/didChange)
  (nurture-client-open "segments.nurture")
  (nurture-test)
  (with-current-buffer "*nurture tests*"
    (should (string-match-p "passed" (buffer-string)))))

;;; client.el ends here
