-- A client of the language server: opens a policy, and does what people do. Run by test/run.

local folder = vim.env.FOLDER
local policy = folder .. "/policy"
local api = vim.api

local function check(what, holds, seen)
  if not holds then
    error(what .. (seen ~= nil and ": " .. vim.inspect(seen) or ""), 2)
  end
end

local function equal(what, wanted, seen)
  check(what .. ", wanted " .. vim.inspect(wanted) .. ", seen", vim.deep_equal(wanted, seen), seen)
end

-- Waits until `holds` says so, half a minute at most.
local function wait(what, holds)
  check("waited in vain: " .. what, vim.wait(30000, holds, 20))
end

local function buffer_of(file)
  local buffer = vim.fn.bufadd(policy .. "/" .. file)
  vim.fn.bufload(buffer)
  return buffer
end

local function lines(file)
  return api.nvim_buf_get_lines(buffer_of(file), 0, -1, false)
end

local function open(file)
  api.nvim_win_set_buf(0, buffer_of(file))
end

-- Puts the cursor on `word` in the first line that has `line`.
local function go(line, word)
  local at = vim.fn.search("\\V" .. line, "cw")
  check("no line " .. line, at > 0)
  local from = api.nvim_buf_get_lines(0, at - 1, at, false)[1]:find(word, 1, true)
  api.nvim_win_set_cursor(0, { at, from - 1 })
end

local function errors(buffer)
  return vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
end

local function clients()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return vim.tbl_filter(function(client)
    return client.name == "nurture"
  end, get())
end

local tests = {}

function tests.filetype_and_root()
  open("segments.nurture")
  equal("filetype", "nurture", vim.bo.filetype)
  check("colours", vim.b.current_syntax == "nurture" or vim.treesitter.highlighter.active[api.nvim_get_current_buf()] ~= nil)
  equal("root", vim.loop.fs_realpath(policy), vim.loop.fs_realpath(require("nurture").root(policy .. "/more/programs.nurture")))
  equal("root without settings", vim.loop.fs_realpath(folder), vim.loop.fs_realpath(require("nurture").root(folder .. "/alone.nurture")))
  wait("the server", function()
    return #clients() == 1 and clients()[1].server_capabilities ~= nil
  end)
end

function tests.one_client_for_two_files()
  open("more/programs.nurture")
  vim.wait(200)
  equal("clients", 1, #clients())
  equal("its root", vim.loop.fs_realpath(policy), vim.loop.fs_realpath(clients()[1].config.root_dir))
end

function tests.diagnostics()
  open("segments.nurture")
  local buffer = api.nvim_get_current_buf()
  wait("an error", function()
    return #errors(buffer) == 1
  end)
  local found = errors(buffer)[1]
  equal("its code", "unknown_option", found.code or found.user_data.lsp.code)
  check("its message", found.message:find("controler", 1, true), found.message)
  equal("its line", 1, found.lnum)
  local line = api.nvim_buf_get_lines(buffer, 1, 2, false)[1]
  equal("its place, behind an accent", "controler", line:sub(found.col + 1, found.end_col))
  -- Mended while typing.
  api.nvim_buf_set_lines(buffer, 1, 2, false, { (line:gsub("controler", "controller")) })
  wait("no error", function()
    return #errors(buffer) == 0
  end)
end

function tests.definition()
  open("more/programs.nurture")
  go("audience in finance_leaders", "finance_leaders")
  vim.lsp.buf.definition()
  wait("the other file", function()
    return vim.fn.expand("%:t") == "segments.nurture"
  end)
  equal("the line", 1, api.nvim_win_get_cursor(0)[1])
  equal("the word", "finance_leaders", vim.fn.expand("<cword>"))
end

function tests.rename()
  open("segments.nurture")
  go("segment finance_leaders", "finance_leaders")
  vim.lsp.buf.rename("money_people")
  wait("the new name in both files", function()
    return lines("segments.nurture")[1]:find("money_people", 1, true) and table.concat(lines("more/programs.nurture"), "\n"):find("audience in money_people", 1, true)
  end)
  for _, file in ipairs({ "segments.nurture", "more/programs.nurture" }) do
    check("the old name is left in " .. file, not table.concat(lines(file), "\n"):find("finance_leaders", 1, true), lines(file))
  end
  equal("each use", 3, select(2, (table.concat(lines("segments.nurture"), "\n") .. table.concat(lines("more/programs.nurture"), "\n")):gsub("money_people", "")))
end

function tests.format()
  open("segments.nurture")
  local buffer = api.nvim_get_current_buf()
  local right = api.nvim_buf_get_lines(buffer, 0, -1, false)
  local wrong = vim.deepcopy(right)
  wrong[1] = wrong[1]:gsub("segment ", "segment    "):gsub(" where", "   where")
  api.nvim_buf_set_lines(buffer, 0, -1, false, wrong)
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = 30000 })
  else
    vim.lsp.buf.formatting_sync(nil, 30000)
  end
  equal("the layout", right, api.nvim_buf_get_lines(buffer, 0, -1, false))
end

function tests.tests_of_the_policy()
  open("more/programs.nurture")
  local told
  local notify = vim.lsp.handlers["window/showMessage"]
  vim.lsp.handlers["window/showMessage"] = function(_, message)
    told = message.message
  end
  vim.cmd("NurtureTest")
  wait("the outcome", function()
    return told ~= nil
  end)
  vim.lsp.handlers["window/showMessage"] = notify
  check("passed", told:find("passed", 1, true), told)
end

local function shown(name, command)
  vim.cmd(command)
  wait(name, function()
    return api.nvim_buf_get_name(0):find(name, 1, true) ~= nil
  end)
  local text = table.concat(api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  vim.cmd("bwipeout!")
  return text
end

function tests.commands()
  open("more/programs.nurture")
  check("an explanation", shown("nurture://explain/unknown_option", "NurtureExplain unknown_option"):find("unknown_option", 1, true))
  local plan = vim.fn.json_decode(shown("nurture://plan", "NurturePlan"))
  equal("the plan's program", "close_faster", plan.programs[1].name)
  local journey = shown("nurture://journey", "NurtureJourney close_faster")
  check("the journey", journey:find("close_faster", 1, true) and journey:find("email", 1, true), journey)
end

-- The lenses of the server, followed as a person does.
function tests.lenses()
  local client = clients()[1]
  local function lens(file, name)
    open(file)
    local buffer = api.nvim_get_current_buf()
    local function request(method, params)
      for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, params, 30000)) do
        check("no answer to " .. method, answer.error == nil, answer.error)
        return answer.result
      end
    end
    local command
    -- Those of verdicts come once the policy has been judged.
    wait("a lens " .. name .. " in " .. file, function()
      for _, found in ipairs(request("textDocument/codeLens", { textDocument = { uri = vim.uri_from_bufnr(buffer) } })) do
        command = found.command or request("codeLens/resolve", found).command
        if command.command == name then
          return true
        end
      end
      return false
    end)
    return command, { client_id = client.id, bufnr = buffer }
  end
  local command, context = lens("segments.nurture", "nurture.showReferences")
  vim.lsp.commands[command.command](command, context)
  local list = vim.fn.getqflist()
  equal("places", 2, #list)
  local files = vim.tbl_map(function(item)
    return vim.fn.fnamemodify(api.nvim_buf_get_name(item.bufnr), ":t")
  end, list)
  table.sort(files)
  equal("their files", { "programs.nurture", "segments.nurture" }, files)
  vim.cmd("cclose")
  command, context = lens("more/programs.nurture", "nurture.showJourney")
  vim.lsp.commands[command.command](command, context)
  wait("the journey", function()
    return api.nvim_buf_get_name(0):find("nurture://journey", 1, true) ~= nil
  end)
  check("its program", api.nvim_buf_get_lines(0, 0, 1, false)[1]:find("close_faster", 1, true))
  vim.cmd("bwipeout!")
end

-- Where the parser is installed, the grammar colours.
function tests.parser()
  if not vim.env.PARSER then
    return
  end
  open("more/programs.nurture")
  local buffer = api.nvim_get_current_buf()
  check("no highlighter", vim.treesitter.highlighter.active[buffer] ~= nil)
  local names = vim.tbl_map(function(capture)
    return capture.capture
  end, vim.treesitter.get_captures_at_pos(buffer, 0, 0))
  check("a keyword", table.concat(names, " "):find("keyword", 1, true), names)
  equal("broken parts", false, vim.treesitter.get_parser(buffer, "nurture"):parse()[1]:root():has_error())
end

local order = { "filetype_and_root", "one_client_for_two_files", "diagnostics", "definition", "rename", "format", "tests_of_the_policy", "commands", "lenses", "parser" }

local failed = 0
for _, name in ipairs(order) do
  local ok, problem = xpcall(tests[name], debug.traceback)
  io.stderr:write((ok and "ok " or "FAILED ") .. name .. "\n" .. (ok and "" or problem .. "\n"))
  failed = failed + (ok and 0 or 1)
end
vim.cmd(failed == 0 and "qall!" or "cquit")
