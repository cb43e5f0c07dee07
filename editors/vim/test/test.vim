" Opens policies and looks at colours, indents, formatting and :make. Run by test/run.

let s:repository = $REPOSITORY
let s:folder = $FOLDER

" The group of the word or sign `text` on the first line that fits `line`.
function s:group(line, text, ...) abort
  let l:at = search(a:line, 'cw')
  call assert_true(l:at > 0, 'no line ' . a:line)
  let l:column = match(getline(l:at), '\V\%(\<\|\W\@=\)' . escape(a:text, '\'), 0, get(a:000, 0, 1)) + 1
  call assert_true(l:column > 0, 'no ' . a:text . ' in ' . getline(l:at))
  return synIDattr(synID(l:at, l:column, 1), 'name')
endfunction

function s:is(group, line, text, ...) abort
  call cursor(1, 1)
  call assert_equal(a:group, call('s:group', [a:line, a:text] + a:000), a:text . ' in ' . a:line)
endfunction

function s:colours() abort
  execute 'edit' fnameescape(s:repository . '/examples/ledgerline/programs.nurture')
  call assert_equal('nurture', &filetype)
  call assert_equal('# %s', &commentstring)
  call assert_equal(2, &shiftwidth)
  call s:is('nurtureDoc', '^## For those who own', 'those')
  call s:is('nurtureComment', '^# Eight', 'Eight')
  call s:is('nurtureDeclaration', '^program close_faster', 'program')
  call s:is('nurtureName', '^program close_faster', 'close_faster')
  call s:is('nurtureString', '^program close_faster', 'slow')
  call s:is('nurtureClause', '^  audience in mid_market and in finance', 'audience')
  call s:is('nurtureOperator', '^  audience in mid_market and in finance', 'and')
  call s:is('nurtureGroup', '^  audience in mid_market and in finance', 'mid_market')
  call s:is('nurtureSignal', '^  goal did ask', 'ask')
  call s:is('nurtureClause', '^  goal did ask', 'day')
  call s:is('nurtureNumber', '^  goal did ask', '180')
  call s:is('nurtureClause', '^  on stage', 'stage')
  call s:is('nurtureOther', '^  on stage', 'solution_exploration')
  call s:is('nurtureChannel', 'email close_guide as opener', 'email')
  call s:is('nurtureCarried', 'email close_guide as opener', 'close_guide')
  call s:is('nurtureLabel', 'email close_guide as opener', 'opener')
  call s:is('nurtureUnit', '^    wait 12 days', 'days')
endfunction

function s:more_colours() abort
  new
  set filetype=nurture
  call setline(1, [
        \ 'lead {',
        \ '  email: address of email, sms optional',
        \ '  stage: one of text, none "Nothing" means role',
        \ '  pages: whole number from 1',
        \ '}',
        \ 'segment a where email is known and role is not none and did leave(program is p)',
        \ 'segment b where role in [email, (',
        \ 'content c { kind guide about problem gives "{sector or you} \"x\" {{" }',
        \ 'rule r isn''t nurturing {',
        \ '  each touch where touch.channel is email and touch.again',
        \ '  when some(t in program.touches where t.direct) and 2026-03-02 < x',
        \ '}',
        \ 'score s {',
        \ '  +5 for visit at most 3 times per 7 days',
        \ '}'])
  call s:is('nurtureField', '^  email: ', 'email')
  call s:is('nurtureFieldChannel', '^  email: ', 'email', 2)
  call s:is('nurtureFieldChannel', '^  email: ', 'sms')
  call s:is('nurtureField', '^  stage: ', 'stage')
  call s:is('nurtureOneOf', '^  stage: ', 'one')
  call s:is('nurtureFieldOption', '^  stage: ', 'text')
  call s:is('nurtureStored', '^  stage: ', 'Nothing')
  call s:is('nurtureOption', '^  stage: ', 'role')
  call s:is('nurtureType', '^  pages: ', 'number')
  call s:is('', '^segment a', 'email')
  call s:is('nurtureValueConstant', '^segment a', 'known')
  call s:is('nurtureIsNot', '^segment a', 'not')
  call s:is('nurtureValue', '^segment a', 'none')
  call s:is('nurtureSignal', '^segment a', 'leave')
  call s:is('', '^segment a', 'program')
  call s:is('nurtureListed', '^segment b', 'email')
  call s:is('nurtureDeclaration', '^content c', 'content')
  call s:is('nurtureKind', '^content c', 'guide')
  call s:is('nurtureTopic', '^content c', 'problem')
  call s:is('nurturePlaceholder', '^content c', 'sector')
  call s:is('nurtureEscape', '^content c', '\"x')
  call s:is('nurtureEscape', '^content c', '{{')
  call s:is('nurtureVerdict', '^rule r', 'nurturing')
  call s:is('nurtureAttribute', '^  each touch', 'again')
  call s:is('nurtureFunction', '^  when some', 'some')
  call s:is('nurtureDate', '^  when some', '2026')
  call s:is('nurtureSignal', '^  +5', 'visit')
  call s:is('nurtureTimes', '^  +5', 'times')
  bwipeout!
endfunction

" Every line but those of declarations is pushed out of place, and must come back to where it was.
function s:indents() abort
  let l:found = 0
  for l:file in glob(s:repository . '/examples/**/*.nurture', 1, 1) + glob(s:repository . '/src/rulebook/*.nurture', 1, 1)
        \ + glob(s:folder . '/wide.nurture', 1, 1)
    let l:found += 1
    execute 'edit' fnameescape(l:file)
    let l:right = getline(1, '$')
    for l:at in range(1, line('$'))
      if getline(l:at) !~# '^\%(\S\|$\)' || getline(l:at) =~# '^[{}#)]'
        call setline(l:at, repeat(' ', (l:at * 7) % 11 + 1) . substitute(getline(l:at), '^\s\+', '', ''))
      endif
    endfor
    silent normal! gg=G
    for l:at in range(1, line('$'))
      call assert_equal(l:right[l:at - 1], getline(l:at), l:file . ':' . l:at)
    endfor
    bwipeout!
  endfor
  call assert_true(l:found > 30, 'only ' . l:found . ' files')
endfunction

" What is typed line by line is indented on the way.
function s:typing() abort
  new
  set filetype=nurture
  call feedkeys("iprogram p {\<CR>audience in a\<CR>and in b\<CR>\<C-U>on join {\<CR>email x \"y\" {\<CR>only if z\<CR>}\<CR>wait 2 days\<CR>}\<CR>}\<CR>segment s\<CR>where x in [\<CR>a\<CR>]\<Esc>", 'tx')
  call assert_equal([
        \ 'program p {', '  audience in a', '    and in b', '  on join {', '    email x "y" {', '      only if z', '    }', '    wait 2 days', '  }', '}',
        \ 'segment s', '  where x in [', '    a', '  ]'], getline(1, '$'))
  bwipeout!
  new
  set filetype=nurture
  call feedkeys("ilead {\<CR>role: one of a, b\<CR>order: text\<CR>}\<Esc>", 'tx')
  call assert_equal(['lead {', '  role: one of a, b', '  order: text', '}'], getline(1, '$'))
  bwipeout!
endfunction

function s:format() abort
  new
  set filetype=nurture
  call setline(1, ['segment   a where   x', 'segment b', ' where y  and z', 'segment c where "', ''])
  call cursor(2, 3)
  NurtureFormat
  call assert_equal(['segment a where x', 'segment b where y and z', 'segment c where "'], getline(1, '$'))
  call assert_equal(2, line('.'))
  call setline(3, 'segment c  where w')
  NurtureFormat
  call assert_equal(['segment a where x', 'segment b where y and z', 'segment c where w'], getline(1, '$'))
  call setline(1, 'segment   a   where x')
  normal! 1Ggqq
  call assert_equal('segment a where x', getline(1))
  bwipeout!
endfunction

function s:make() abort
  execute 'edit' fnameescape(s:folder . '/policy/more/broken.nurture')
  call assert_equal('nurture', b:current_compiler)
  silent make!
  let l:found = map(filter(getqflist(), 'v:val.valid'), '[fnamemodify(bufname(v:val.bufnr), ":t"), v:val.lnum, v:val.vcol ? v:val.col : -1, v:val.type, matchstr(v:val.text, "\\[\\w\\+\\]")]')
  call assert_equal([
        \ ['lead.nurture', 6, 56, 'e', '[unknown_option]'],
        \ ['broken.nurture', 1, 9, 'I', '[unused_declaration]'],
        \ ['broken.nurture', 1, 38, 'e', '[unknown_name]']], l:found)
  call assert_equal(3, len(getqflist()))
  call assert_match('^\[unknown_name\] there is no .*`nobody`', getqflist()[2].text)
  " The column counts characters, not bytes: the title has an accent.
  cc 3
  call assert_equal('nobody', expand('<cword>'))
  " From another folder as well.
  cd /
  silent make!
  call assert_equal(3, len(filter(getqflist(), 'v:val.valid')))
endfunction

function s:fences() abort
  let g:markdown_fenced_languages = ['nurture']
  execute 'edit' fnameescape(s:folder . '/page.md')
  call assert_equal('markdown', &filetype)
  call s:is('nurtureDeclaration', '^segment', 'segment')
  call s:is('nurtureSignal', '^segment', 'visit')
  bwipeout!
endfunction

for s:test in ['colours', 'more_colours', 'indents', 'typing', 'format', 'make', 'fences']
  try
    call call('s:' . s:test, [])
  catch
    call add(v:errors, s:test . ': ' . v:exception . ' at ' . v:throwpoint)
  endtry
  %bwipeout!
endfor

if !empty(v:errors)
  call writefile(v:errors, s:folder . '/errors')
  cquit
endif
qall!
