-- The server, for `vim.lsp.enable("nurture")` of Neovim 0.11 and later.
return require("nurture").config()
