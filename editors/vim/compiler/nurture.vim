" :make checks the whole policy that the file is part of, and :copen shows what was found.

if exists('current_compiler')
  finish
endif
let current_compiler = 'nurture'

if exists(':CompilerSet') != 2
  command -nargs=* CompilerSet setlocal <args>
endif

let s:cpo = &cpo
set cpo&vim

" The policy is the folder with a nurture.toml, else the file's own folder.
let s:folder = expand('%:p:h')
let s:settings = findfile('nurture.toml', escape(s:folder, ' ,;\') . ';')
let s:policy = empty(s:settings) ? s:folder : fnamemodify(s:settings, ':p:h')
let s:make = shellescape(get(g:, 'nurture_program', 'nurture'))
      \ . ' check --format concise --color never -q $* ' . shellescape(s:policy)

execute 'CompilerSet makeprg=' . escape(s:make, ' \|"')
" A message of its own is I, for there is no type for advice. Columns count characters, as %v does.
CompilerSet errorformat=%f:%l:%v:\ %trror%m,%f:%l:%v:\ %tarning%m,%I%f:%l:%v:\ advice%m,%-G%.%#

unlet s:folder s:settings s:policy s:make
let &cpo = s:cpo
unlet s:cpo
