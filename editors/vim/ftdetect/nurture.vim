autocmd BufRead,BufNewFile *.nurture setfiletype nurture
