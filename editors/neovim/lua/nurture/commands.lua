-- What lenses and people ask for.

local M = {}

local function client_of(buffer)
  local clients = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = buffer, name = "nurture" })
    or vim.tbl_filter(function(client)
      return client.name == "nurture"
    end, vim.lsp.buf_get_clients(buffer))
  local _, client = next(clients)
  return client
end

-- Asks the server, and shows its answer or says why there is none.
local function ask(method, params, buffer, answered)
  local client = client_of(buffer)
  if not client then
    vim.notify("nurture: no language server runs for this file", vim.log.levels.ERROR)
    return
  end
  local function handler(problem, answer)
    if problem then
      vim.notify("nurture: " .. problem.message, vim.log.levels.ERROR)
    else
      answered(answer)
    end
  end
  if vim.fn.has("nvim-0.11") == 1 then
    client:request(method, params, handler, buffer)
  else
    client.request(method, params, handler, buffer)
  end
end

local function policy(buffer)
  return { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
end

-- Shows lines in a window of their own.
local function show(title, lines, filetype)
  vim.cmd("new")
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].swapfile = false
  pcall(vim.api.nvim_buf_set_name, buffer, title)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].filetype = filetype
  vim.bo[buffer].modifiable = false
end

-- JSON with a line for each member, for `vim.json` writes it in one.
local function pretty(value, indent)
  if type(value) ~= "table" or next(value) == nil then
    return vim.fn.json_encode(value)
  end
  local within = indent .. "  "
  local parts = {}
  local listed = #value > 0
  if listed then
    for _, item in ipairs(value) do
      table.insert(parts, within .. pretty(item, within))
    end
  else
    local keys = vim.tbl_keys(value)
    table.sort(keys)
    for _, key in ipairs(keys) do
      table.insert(parts, within .. vim.fn.json_encode(key) .. ": " .. pretty(value[key], within))
    end
  end
  return (listed and "[\n" or "{\n") .. table.concat(parts, ",\n") .. "\n" .. indent .. (listed and "]" or "}")
end

-- A lens "3 references": its arguments are a file, a position and the places.
function M.show_references(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local encoding = client and client.offset_encoding or "utf-16"
  local items = vim.lsp.util.locations_to_items(command.arguments[3] or {}, encoding)
  vim.fn.setqflist({}, " ", { title = command.title, items = items })
  vim.cmd("copen")
end

function M.show_journey(command, context)
  M.journeys(context.bufnr or 0, command.arguments[2])
end

function M.journey(given)
  M.journeys(0, given.args ~= "" and given.args or nil)
end

local function absent(value)
  return value == nil or value == vim.NIL
end

-- One line for each node, in the order of the file, and under it where it leads.
function M.journeys(buffer, program)
  if buffer == 0 then
    buffer = vim.api.nvim_get_current_buf()
  end
  local params = policy(buffer)
  params.program = program
  ask("nurture/graph", params, buffer, function(answer)
    local lines = {}
    for _, shown in ipairs(answer.programs) do
      local head = shown.name
      if not absent(shown.title) then
        head = head .. ": " .. shown.title
      end
      if not absent(shown.verdict) then
        head = head .. " (" .. shown.verdict .. ")"
      end
      table.insert(lines, head)
      local labels = {}
      for _, node in ipairs(shown.nodes) do
        labels[node.id] = node.label
      end
      for _, node in ipairs(shown.nodes) do
        local day = ""
        if not absent(node.day) then
          day = node.day.from == node.day.to and ("day %d  "):format(node.day.from) or ("day %d to %d  "):format(node.day.from, node.day.to)
        end
        local channel = absent(node.channel) and "" or node.channel .. "  "
        table.insert(lines, "  " .. day .. channel .. node.label .. (absent(node.detail) and "" or ": " .. node.detail))
        for _, edge in ipairs(shown.edges) do
          if edge.from == node.id then
            table.insert(lines, "      -> " .. (absent(edge.label) and "" or edge.label .. ": ") .. (labels[edge.to] or edge.to))
          end
        end
      end
      table.insert(lines, "")
    end
    local text = table.concat(lines, "\n")
    show("nurture://journey", vim.split(text, "\n"), "")
  end)
end

function M.plan()
  local buffer = vim.api.nvim_get_current_buf()
  ask("nurture/plan", policy(buffer), buffer, function(answer)
    if absent(answer.plan) then
      vim.notify(("nurture: no plan while there are errors (%d)"):format(answer.errors), vim.log.levels.WARN)
      return
    end
    show("nurture://plan", vim.split(pretty(answer.plan, ""), "\n"), "json")
  end)
end

-- The server shows the outcome in a message of its own.
function M.test()
  local buffer = vim.api.nvim_get_current_buf()
  ask("workspace/executeCommand", { command = "nurture.runTest", arguments = { vim.uri_from_bufnr(buffer) } }, buffer, function() end)
end

function M.explain(given)
  local buffer = vim.api.nvim_get_current_buf()
  local name = given.args
  if name == "" then
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    for _, finding in ipairs(vim.diagnostic.get(buffer, { lnum = line })) do
      local told = finding.user_data and finding.user_data.lsp
      name = finding.code or told and told.code or name
    end
  end
  if name == "" then
    vim.notify("nurture: name a rule or a check, or go to a line with a finding", vim.log.levels.WARN)
    return
  end
  ask("workspace/executeCommand", { command = "nurture.explain", arguments = { name } }, buffer, function(answer)
    show("nurture://explain/" .. name, vim.split(answer.markdown, "\n"), "markdown")
  end)
end

return M
