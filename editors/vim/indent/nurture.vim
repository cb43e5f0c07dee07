" Indents as `nurture fmt` does.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal nolisp nosmartindent autoindent
setlocal indentexpr=GetNurtureIndent()
setlocal indentkeys=0{,0},0),0],!^F,o,O,<:>,0=and,0=or,0=where
let b:undo_indent = 'setlocal lisp< smartindent< autoindent< indentexpr< indentkeys< | unlet! b:nurture_indents'

if exists('*GetNurtureIndent')
  finish
endif

let s:cpo = &cpo
set cpo&vim

let s:declaration = '^\%(lead\|signal\|icp\|segment\|journey\|score\|content\|program\|handoff\|limits\|rule\|test\)\>'
let s:token = '"\%(\\.\|[^"\\]\)*"\=\|#.*\|\h\w*\|\S'

" The words and signs of a line, without its comment.
function s:tokens(line) abort
  let l:found = []
  let l:at = 0
  while 1
    let [l:token, l:from, l:at] = matchstrpos(a:line, s:token, l:at)
    if l:from < 0 || l:token[0] ==# '#'
      return l:found
    endif
    call add(l:found, l:token)
  endwhile
endfunction

" Whether a further term of the condition follows the bracket that token `token` of line `line` opens.
function s:goes_on(code, line, token) abort
  let l:depth = 0
  let l:from = a:token
  for l:at in range(a:line, len(a:code) - 1)
    let l:tokens = a:code[l:at]
    for l:k in range(l:from, len(l:tokens) - 1)
      if l:tokens[l:k] =~# '^[[({]$'
        let l:depth += 1
      elseif l:tokens[l:k] =~# '^[])}]$'
        let l:depth -= 1
        if l:depth == 0
          if l:k + 1 < len(l:tokens)
            return 0
          endif
          for l:later in a:code[l:at + 1 :]
            if !empty(l:later)
              return l:later[0] =~# '^\%(and\|or\)$'
            endif
          endfor
          return 0
        endif
      endif
    endfor
    let l:from = 0
  endfor
  return 0
endfunction

" The indents of the lines of one declaration; the first line begins it, or is that of the file.
" A stack holds what is open: its sign, the indent of what is in it, that of its end, and whether `where` was in it.
function s:indents(lines) abort
  let l:code = map(copy(a:lines), 's:tokens(v:val)')
  let l:indents = []
  let l:open = []
  let l:base = 0
  let l:before = ''
  let l:where = 0
  for l:at in range(len(a:lines))
    let l:tokens = l:code[l:at]
    let l:declares = a:lines[l:at] =~# s:declaration
    let l:blank = a:lines[l:at] =~# '^\s*$'
    if empty(l:tokens) && !l:blank
      call add(l:indents, -1)
      continue
    endif
    let l:first = get(l:tokens, 0, '')
    let l:around = empty(l:open) ? ['', 0, 0, 0] : l:open[-1]
    let l:further = 0
    if l:first =~# '^[])}]$'
      let l:indent = l:around[2]
    elseif l:around[0] ==# '['
      let l:indent = l:around[1]
    elseif l:around[0] ==# '('
      let l:indent = l:around[1]
      if l:first ==# 'where'
        let l:indent += 2
        let l:around[3] = 1
      elseif l:first =~# '^\%(and\|or\)$' && l:around[3]
        let l:indent += 4
      endif
    elseif l:first ==# '{' || l:declares
      let l:indent = l:base
    elseif l:around[0] ==# '' && l:before ==# ''
      let l:indent = 0
    elseif l:first =~# '^\%(and\|or\)$'
      let l:indent = l:base + (l:around[0] ==# '' && l:where ? 4 : 2)
      let l:further = 1
    elseif l:before ==# ',' && a:lines[l:at] !~# '^\s*\w\+\s*:'
      let l:indent = l:base + 2
      let l:further = 1
    elseif a:lines[l:at] =~# '^\s*for\s\+at\s\+most\>'
      let l:indent = l:base + 2
      let l:further = 1
    elseif l:around[0] ==# ''
      " Behind the end of a declaration, or in one without braces.
      let l:indent = l:blank && (l:before ==# '}' || a:lines[l:at - 1] =~# '^\s*$') ? 0 : 2
      let l:further = l:first !=# 'where'
      let l:where = l:where || l:first ==# 'where'
    else
      let l:indent = l:base
    endif
    call add(l:indents, l:indent)
    if l:blank
      continue
    endif
    for l:k in range(len(l:tokens))
      let l:token = l:tokens[l:k]
      if l:token ==# '{'
        call add(l:open, ['{', l:base + 2, l:base, 0])
        let l:base += 2
      elseif l:token =~# '^[[(]$'
        let l:more = (l:around[0] ==# '' || l:around[0] ==# '{') && !l:further && l:first !~# '^[])}]$' && s:goes_on(l:code, l:at, l:k) ? 2 : 0
        call add(l:open, [l:token, l:indent + 2 + l:more, l:indent + l:more, 0])
      elseif l:token =~# '^[])}]$' && !empty(l:open)
        let l:closed = remove(l:open, -1)
        if l:token ==# '}'
          let l:base = l:closed[2]
        endif
      endif
    endfor
    let l:before = l:tokens[-1]
  endfor
  " A comment stands as the code below it, and before an end as what is inside.
  let l:below = 0
  for l:at in range(len(a:lines) - 1, 0, -1)
    if l:indents[l:at] < 0
      let l:indents[l:at] = l:below
    elseif !empty(l:code[l:at])
      let l:below = l:indents[l:at] + (l:code[l:at][0] =~# '^[])}]$' ? 2 : 0)
    endif
  endfor
  return l:indents
endfunction

function GetNurtureIndent() abort
  if getline(v:lnum) =~# s:declaration
    return 0
  endif
  let l:from = v:lnum
  while l:from > 1 && getline(l:from) !~# s:declaration
    let l:from -= 1
  endwhile
  let l:to = v:lnum
  while l:to < line('$') && getline(l:to + 1) !~# s:declaration
    let l:to += 1
  endwhile
  " What the lines say decides, not how they are indented, so that one computation does for many lines.
  let l:lines = map(getline(l:from, l:to), 'substitute(v:val, ''^\s\+'', " ", "")')
  if get(get(b:, 'nurture_indents', {}), 'lines', []) !=# l:lines
    let b:nurture_indents = {'lines': l:lines, 'indents': s:indents(l:lines)}
  endif
  return b:nurture_indents.indents[v:lnum - l:from]
endfunction

let &cpo = s:cpo
unlet s:cpo
