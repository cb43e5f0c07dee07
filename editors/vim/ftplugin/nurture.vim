" Editing nurture policies.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

let s:cpo = &cpo
set cpo&vim

setlocal comments=:##,:# commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
" The one layout: two spaces for each level, lines of at most 120 characters.
setlocal expandtab shiftwidth=2 softtabstop=2 textwidth=120
setlocal suffixesadd=.nurture
setlocal matchpairs=(:),{:},[:]
" From one declaration to the next with [[ and ]].
let b:nurture_declaration = '^\%(lead\|signal\|icp\|segment\|journey\|score\|content\|program\|handoff\|limits\|rule\|test\)\>'
let &l:define = b:nurture_declaration

" What cannot be read is left as it is, so a part that is no whole declaration comes to no harm.
let s:program = get(g:, 'nurture_program', 'nurture')
let &l:formatprg = (s:program =~# '[ "'']' ? shellescape(s:program) : s:program) . ' fmt -q -'

compiler nurture

nnoremap <buffer> <silent> ]] :<C-U>call search(b:nurture_declaration, 'W')<CR>
nnoremap <buffer> <silent> [[ :<C-U>call search(b:nurture_declaration, 'bW')<CR>
command! -buffer -bar NurtureFormat call s:format()

if !exists('*s:format')
  " Writes the buffer in the one layout. The cursor stays where it was, and nothing changes if nothing can be read.
  function s:format() abort
    let l:text = systemlist(&l:formatprg, getline(1, '$'))
    if v:shell_error
      echohl ErrorMsg | echomsg join(l:text, ' ') | echohl None
      return
    endif
    if l:text ==# getline(1, '$') || empty(l:text)
      return
    endif
    let l:view = winsaveview()
    if len(l:text) < line('$')
      silent execute 'keepjumps' (len(l:text) + 1) . ',$delete _'
    endif
    call setline(1, l:text)
    call winrestview(l:view)
  endfunction
endif

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< textwidth<'
      \ . ' suffixesadd< matchpairs< define< formatprg< makeprg< errorformat<'
      \ . ' | silent! nunmap <buffer> ]]'
      \ . ' | silent! nunmap <buffer> [['
      \ . ' | silent! delcommand -buffer NurtureFormat'
      \ . ' | unlet! b:nurture_declaration'

let &cpo = s:cpo
unlet s:cpo
