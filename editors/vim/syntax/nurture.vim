" Colours for nurture policies.

if exists('b:current_syntax')
  finish
endif

let s:cpo = &cpo
set cpo&vim

syntax case match
syntax iskeyword @,48-57,_

function! s:any(words) abort
  return '\%(' . join(split(a:words), '\|') . '\)\>'
endfunction

" In the first column of a line these begin a declaration, whatever is still open.
let s:declarations = s:any('lead signal icp segment journey score content program handoff limits rule test')

" Words that join predicates and steps. They are no names.
let s:reserved = s:any('again and anonymous as between contains did else every everyone for handoff has identified if in'
      \ . ' is joining known leave not on only or since split stay unknown wait when where while within')

" Clauses that a predicate may follow, so that `in` or `not` behind them says nothing.
let s:predicate_clauses = s:any('audience goal reason needs expect')

" Clauses that a word follows.
let s:name_clauses = s:any('kind about level denies shows band allow journey language stage each')

" Clauses and small words.
let s:clauses = s:any('after agreed always answers asks at back because becomes before by consent day draft drop ends exactly'
      \ . ' expires explicit flags follow from gated gives halves hold implicit instead invites join language lead least'
      \ . ' messages mobile most never no objective older out owner passes per prefer preview quiet ref rejoin request runs'
      \ . ' says send source starts tell text times to until up updated url')

" What a content is, and what it is about.
let s:kinds = s:any('guide checklist article video webinar event tool course research comparison case_study white_paper'
      \ . ' brochure datasheet demo trial pricing newsletter announcement release_notes')
let s:topics = s:any('problem market solution peers product company')

let s:channels = s:any('email sms call letter chat ad post web')
let s:days = s:any('mon tue wed thu fri sat sun')
let s:units = s:any('seconds second minutes minute hours hour days day weeks week')
let s:types = s:any('number flag text date moment content')
let s:functions = s:any('some all none count share leads silent untold unasked only')

" What can follow a field, but no clause.
let s:tested = '\s\+\%(is\|in\|not\s\+in\|has\|contains\|starts\|ends\|before\|after\|within\|older\|between\|becomes\)\>'
let s:word = '\<\h\w*\>'
let s:free = '\<\%(' . s:reserved . '\)\@!\h\w*\>'
" What a channel carries.
let s:carried = '\<\%(' . s:reserved . '\|' . s:channels . '\|'
      \ . s:any('per needs from expect becomes optional means') . '\)\@!\h\w*\>\%(\s*:\|\s\+becomes\>\)\@!'
let s:next = 'skipwhite skipempty'

" Where two begin at the same place, the one that stands further down in this file is taken.

" ---- words ----------------------------------------------------------------------------------------------------------

execute 'syntax match nurtureClause /\<' . s:clauses . '\%(\_s*[:.,)\]<>(]\|' . s:tested . '\)\@!/'
execute 'syntax match nurtureClause /\<' . s:predicate_clauses . '\%(\_s*[:.,)\]<>]\)\@!/'
execute 'syntax match nurtureClause /\<' . s:reserved . '/'
syntax match nurtureConstant /\<\%(yes\|no\|known\|unknown\|empty\|today\)\>/
execute 'syntax match nurtureFunction /\<' . s:functions . '\ze\_s*(/'
syntax match nurtureOperator /\<\%(and\|or\|not\|covers\|overlaps\|with\|except\)\>/
syntax match nurtureOperator /\<\%(covers\|overlaps\|with\|except\)\>\ze\_s\+\%(silent\|untold\|unasked\)\>/
      \ nextgroup=nurtureActs skipwhite skipempty
syntax match nurtureActs contained /\<\%(silent\|untold\|unasked\)\>/

" ---- comparisons, and what follows them ----------------------------------------------------------------------------

syntax match nurtureOperator /\<\%(is\|has\|becomes\)\>\|[<>]=\?/ nextgroup=nurtureValue,nurtureIsNot,nurtureValueConstant,nurtureVerdict skipwhite skipempty
syntax match nurtureOperator /\<isn't\>/ nextgroup=nurtureVerdict skipwhite skipempty
syntax match nurtureValue contained /\<\h\w*\>\%(\_s*[.(]\)\@!/
syntax match nurtureIsNot contained /\<not\>/ nextgroup=nurtureValue skipwhite skipempty
syntax match nurtureValueConstant contained /\<\%(yes\|no\|known\|unknown\|empty\)\>/
syntax match nurtureVerdict contained /\<\%(nurturing\|deleted\|identified\)\>/
execute 'syntax match nurtureOperator /\<in\>/ nextgroup=nurtureGroup' s:next
execute 'syntax match nurtureGroup contained /' . s:word . '/'
syntax match nurtureOperator /\<not\>\ze\_s\+in\_s*\[/

" ---- touches --------------------------------------------------------------------------------------------------------

execute 'syntax match nurtureChannel /\<' . s:channels . '\%(\_s*[:.)\]<>]\|' . s:tested . '\)\@!/ nextgroup=nurtureCarried skipwhite'
execute 'syntax match nurtureCarried contained /' . s:carried . '/'

" ---- words with a name behind them ----------------------------------------------------------------------------------

execute 'syntax match nurtureClause /\<' . s:name_clauses . '\ze\_s\+' . s:free . '/ nextgroup=nurtureOption' s:next
execute 'syntax match nurtureClause /\<kind\ze\_s\+' . s:free . '/ nextgroup=nurtureKind' s:next
execute 'syntax match nurtureClause /\<about\ze\_s\+' . s:free . '/ nextgroup=nurtureTopic' s:next
execute 'syntax match nurtureKind contained /\<' . s:kinds . '/'
execute 'syntax match nurtureTopic contained /\<' . s:topics . '/'
execute 'syntax match nurtureClause /\<each\>/ nextgroup=nurtureOption' s:next
execute 'syntax match nurtureOption contained /' . s:word . '/'
execute 'syntax match nurtureClause /\<\%(split\|as\|since\)\>/ nextgroup=nurtureLabel' s:next
execute 'syntax match nurtureLabel contained /' . s:free . '/'
execute 'syntax match nurtureClause /\<\%(handoff\|from\)\>\ze\_s\+' . s:carried . '/ nextgroup=nurtureOther' s:next
execute 'syntax match nurtureClause /\<back\_s\+to\>\|\<agreed\_s\+by\>/ nextgroup=nurtureOther' s:next
execute 'syntax match nurtureClause /\<\%(tell\|prefer\|stage\)\>\ze\_s\+' . s:free . '\%(\_s*[:.<>(]\|' . s:tested . '\)\@!/ nextgroup=nurtureOther' s:next
execute 'syntax match nurtureOther contained /' . s:word . '/ nextgroup=nurtureComma skipwhite skipempty'
execute 'syntax match nurtureComma contained /,/ nextgroup=nurtureOther skipwhite skipempty'
syntax match nurtureClause /\<expect\_s\+no\>\ze\_s\+\h/
syntax match nurtureClause /\<\%(rejoin\_s\+\%(always\|never\|after\)\|follow\_s\+up\|drop\_s\+after\|hold\_s\+out\)\>/
syntax match nurtureClause /\<\%(within\_s\+the\_s\+\%(last\|next\)\|older\_s\+than\|for\_s\+at\_s\+most\|since\_s\+joining\)\>/
syntax match nurtureClause /\<\%(starts\|ends\)\_s\+with\>\%(\_s\+any\_s\+of\>\)\?\|\<contains\_s\+any\_s\+of\>/
execute 'syntax match nurtureConstant /\<' . s:days . '\ze\_s*\%(,\|to\>\|from\>\|\n\)/'

" ---- what leads do --------------------------------------------------------------------------------------------------

execute 'syntax match nurtureClause /\<on\>/ nextgroup=nurturePlatform,nurtureSignalOn' s:next
execute 'syntax match nurturePlatform contained /\<\%(' . s:days . '\)\@!\h\w*\>/'
execute 'syntax match nurtureSignalOn contained /' . s:word . '\ze\_s*[({]/'
execute 'syntax match nurtureClause /\<on\_s\+stage\>/ nextgroup=nurtureOther' s:next
syntax match nurtureClause /\<on\_s\+join\>\ze\_s*{/
execute 'syntax match nurtureClause /\<join\_s\+on\>/ nextgroup=nurtureSignal' s:next
execute 'syntax match nurtureClause /\<did\>/ nextgroup=nurtureSignal,nurtureDidNot' s:next
execute 'syntax match nurtureSignal contained /' . s:word . '/'
execute 'syntax match nurtureDidNot contained /\<not\>\ze\_s\+\h/ nextgroup=nurtureSignal' s:next
execute 'syntax match nurtureClause /\%([+-]\s*\d[0-9_.]*\_s\+\)\@20<=for\>\ze\_s\+\h/ nextgroup=nurtureSignal' s:next

" ---- fields ---------------------------------------------------------------------------------------------------------

execute 'syntax match nurtureField /' . s:word . '\ze\_s*:/ nextgroup=nurtureColon' s:next
execute 'syntax match nurtureColon contained /:/ nextgroup=nurtureFact,nurtureFactConstant,nurtureType,nurtureOneOf,nurtureAddressOf' s:next
syntax match nurtureFact contained /\<\h\w*\>\%(\_s*[.:]\)\@!/
syntax match nurtureFactConstant contained /\<\%(yes\|no\|unknown\)\>/
execute 'syntax match nurtureType contained /\<\%(whole\_s\+number\>\|' . s:types . '\)\%(\_s*[.(]\)\@!/'
syntax match nurtureOneOf contained /\<\%(one\|set\)\_s\+of\>/ nextgroup=nurtureFieldOption skipwhite skipempty
syntax match nurtureFieldOption contained /\<\h\w*\>\%(\_s*:\)\@!/ nextgroup=nurtureStored,nurtureOptionComma skipwhite skipempty
syntax region nurtureStored contained oneline start=/"/ skip=/\\./ end=/"/ nextgroup=nurtureOptionComma skipwhite skipempty contains=nurtureEscape
syntax match nurtureOptionComma contained /,/ nextgroup=nurtureFieldOption skipwhite skipempty
execute 'syntax match nurtureAddressOf contained /\<address\_s\+of\>/ nextgroup=nurtureFieldChannel' s:next
execute 'syntax match nurtureFieldChannel contained /\<' . s:channels . '\%(\_s*:\)\@!/ nextgroup=nurtureChannelComma' s:next
execute 'syntax match nurtureChannelComma contained /,/ nextgroup=nurtureFieldChannel' s:next
syntax match nurtureClause /\<optional\>\%(\_s*:\)\@!/
execute 'syntax match nurtureClause /\<means\>\ze\_s\+\h/ nextgroup=nurtureOption' s:next
syntax match nurtureAttribute /\.\h\w*/hs=s+1

" ---- values ---------------------------------------------------------------------------------------------------------

syntax match nurtureNumber /-\?\<\d[0-9_]*\%(\.\d\+\)\?\>%\?/
execute 'syntax match nurtureNumber /\<\d[0-9_]*\%(\.\d\+\)\?\ze\_s*' . s:units . '\%(\_s*:\)\@!/ nextgroup=nurtureUnit' s:next
execute 'syntax match nurtureUnit contained /\<' . s:units . '/'
syntax match nurtureNumber /\<\d[0-9_]*\>\ze\_s\+times\>/ nextgroup=nurtureTimes skipwhite skipempty
syntax match nurtureTimes contained /\<times\>/
syntax match nurtureDate /\<\d\{4}-\d\d-\d\d\>\|\<\d\{1,2}:\d\d\>/
syntax region nurtureString oneline start=/"/ skip=/\\./ end=/"/ contains=nurtureEscape,nurturePlaceholder,@Spell
syntax match nurtureEscape contained /\\\%(["\\nt]\|u{\x\+}\)\|{{/
syntax match nurturePlaceholder contained /{\@1<!{[^{}"\\]*}/

" ---- lists: the words in them are options ---------------------------------------------------------------------------

execute 'syntax region nurtureList transparent matchgroup=nurtureBracket start=/\[/ end=/\]/ end=/^\ze' . s:declarations . '/'
      \ 'contains=nurtureListed,nurtureListPath,nurtureAttribute,nurtureFunction,nurtureConstant,nurtureNumber,nurtureDate,nurtureString,nurtureComment,nurtureDoc,nurtureList,nurtureInList'
syntax match nurtureListed contained /\<\h\w*\>\%(\_s*[.(]\)\@!/
syntax match nurtureListPath contained /\<\h\w*\>\ze\_s*\./
execute 'syntax region nurtureInList contained transparent start=/(/ end=/)/ end=/^\ze' . s:declarations . '/ contains=TOP'

" ---- declarations ---------------------------------------------------------------------------------------------------

let s:body = '\ze\_s\+' . s:free . '\_s*\%("\%([^"\\]\|\\.\)*"\_s*\)\?\%({\|\<\%(where\|explicit\|implicit\)\>\)'
execute 'syntax match nurtureDeclaration /\<' . s:declarations . s:body . '/ nextgroup=nurtureName' s:next
syntax match nurtureDeclaration /\<limits\ze\_s*{/
execute 'syntax match nurtureDeclaration /^' . s:declarations . '/ nextgroup=nurtureName skipwhite'
execute 'syntax match nurtureName contained /' . s:word . '/'

" ---- comments -------------------------------------------------------------------------------------------------------

syntax keyword nurtureTodo contained TODO FIXME XXX
syntax match nurtureComment /#.*/ contains=nurtureTodo,@Spell
syntax match nurtureDoc /##\%([^#].*\)\?$/ contains=nurtureTodo,@Spell

execute 'syntax sync match nurtureDeclared grouphere NONE /^' . s:declarations . '/'

highlight default link nurtureDeclaration Structure
highlight default link nurtureName Identifier
highlight default link nurtureClause Statement
highlight default link nurtureTimes nurtureClause
highlight default link nurtureVerdict nurtureClause
highlight default link nurtureOperator Operator
highlight default link nurtureIsNot nurtureOperator
highlight default link nurtureDidNot nurtureOperator
highlight default link nurtureFunction Function
highlight default link nurtureActs nurtureFunction
highlight default link nurtureSignal Function
highlight default link nurtureSignalOn nurtureSignal
highlight default link nurtureChannel Special
highlight default link nurtureFieldChannel nurtureChannel
highlight default link nurtureType Type
highlight default link nurtureOneOf nurtureType
highlight default link nurtureAddressOf nurtureType
highlight default link nurtureUnit nurtureType
highlight default link nurtureConstant Boolean
highlight default link nurtureValueConstant nurtureConstant
highlight default link nurtureFactConstant nurtureConstant
highlight default link nurtureOption Constant
highlight default link nurtureKind nurtureOption
highlight default link nurtureTopic nurtureOption
highlight default link nurtureValue nurtureOption
highlight default link nurtureFact nurtureOption
highlight default link nurtureListed nurtureOption
highlight default link nurtureFieldOption nurtureOption
highlight default link nurtureLabel Label
highlight default link nurtureField Identifier
highlight default link nurtureNumber Number
highlight default link nurtureDate Number
highlight default link nurtureString String
highlight default link nurtureStored nurtureString
highlight default link nurtureEscape SpecialChar
highlight default link nurturePlaceholder PreProc
highlight default link nurtureComment Comment
highlight default link nurtureDoc SpecialComment
highlight default link nurtureTodo Todo

delfunction s:any
unlet s:declarations s:reserved s:predicate_clauses s:name_clauses s:clauses s:kinds s:topics s:channels s:days s:units s:types s:functions
unlet s:tested s:word s:free s:carried s:next s:body

let b:current_syntax = 'nurture'

let &cpo = s:cpo
unlet s:cpo
