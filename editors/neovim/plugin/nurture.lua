-- Commands that the server leaves to its client, and those for people.
if vim.g.loaded_nurture then
  return
end
vim.g.loaded_nurture = true

local function on(name)
  return function(...)
    return require("nurture.commands")[name](...)
  end
end

vim.lsp.commands["nurture.showReferences"] = on("show_references")
vim.lsp.commands["nurture.showJourney"] = on("show_journey")

local command = vim.api.nvim_create_user_command
command("NurtureTest", on("test"), { desc = "Run the tests of the policy" })
command("NurtureExplain", on("explain"), { nargs = "?", desc = "Explain a rule or a check; without a name, that of the finding in this line" })
command("NurturePlan", on("plan"), { desc = "Show the plan of the policy" })
command("NurtureJourney", on("journey"), { nargs = "?", desc = "Show the journeys of the programs as text" })
