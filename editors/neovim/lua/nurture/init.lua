-- The language server of nurture for Neovim 0.7 and later.

local M = {}

-- Commands of this plugin that lenses may carry.
local commands = { "nurture.showReferences", "nurture.showJourney" }

local options = { cmd = { "nurture", "lsp" }, treesitter = true }

-- The folder of the policy: that of the nearest nurture.toml, else the file's own.
function M.root(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  local settings = vim.fn.findfile("nurture.toml", vim.fn.escape(folder, " ,;\\") .. ";")
  return settings == "" and folder or vim.fn.fnamemodify(settings, ":p:h")
end

-- What the client is started with; in the shape of `vim.lsp.config`.
function M.config()
  return {
    cmd = options.cmd,
    filetypes = { "nurture" },
    init_options = { commands = commands },
    root_dir = function(buffer, found)
      found(M.root(vim.api.nvim_buf_get_name(buffer)))
    end,
    on_attach = options.on_attach,
    capabilities = options.capabilities,
  }
end

local started = {}

-- For Neovim before 0.8: one client for each policy.
local function start_client(config, buffer)
  local client = started[config.root_dir]
  if not client or not vim.lsp.get_client_by_id(client) then
    client = vim.lsp.start_client(config)
    started[config.root_dir] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

local function start(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  if file == "" or vim.bo[buffer].buftype ~= "" then
    return
  end
  local config = M.config()
  config.name = "nurture"
  config.filetypes = nil
  config.root_dir = M.root(file)
  config.capabilities = config.capabilities or vim.lsp.protocol.make_client_capabilities()
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
  else
    start_client(config, buffer)
  end
end

-- Colours by the tree-sitter grammar where its parser is installed, else by syntax/nurture.vim.
local function colours(buffer)
  if options.treesitter and vim.treesitter and vim.treesitter.start then
    pcall(vim.treesitter.start, buffer, "nurture")
  end
end

-- Starts the server for each policy that is opened. All of these may be left out:
--   cmd           how the server is started: { "nurture", "lsp" }
--   on_attach     what to do once it runs: function(client, buffer)
--   capabilities  what a completion plugin adds
--   treesitter    false, to colour by syntax/nurture.vim in any case
function M.setup(given)
  options = vim.tbl_extend("force", options, given or {})
  local group = vim.api.nvim_create_augroup("nurture", { clear = true })
  local enabled = vim.lsp.config and vim.lsp.enable
  if enabled then
    vim.lsp.config("nurture", M.config())
    vim.lsp.enable("nurture")
  end
  local function opened(buffer)
    colours(buffer)
    if not enabled then
      start(buffer)
    end
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "nurture",
    callback = function(event)
      opened(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "nurture" then
      opened(buffer)
    end
  end
end

return M
