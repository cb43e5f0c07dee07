vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, { pattern = "*.nurture", command = "setfiletype nurture" })
