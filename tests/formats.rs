//! The forms in which findings are written for machines: each read by what reads it, in good times and in bad.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use support::run;

const ALL: [&str; 10] = ["concise", "json", "json-lines", "junit", "sarif", "github", "gitlab", "checkstyle", "rdjson", "markdown"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Whether a document is what its readers take.
fn holds(format: &str, text: &str) {
    match format {
        "json" => {
            let (_, schema, _) = run(&support::root(), &["schema", "findings"]);
            let validator = jsonschema::validator_for(&json(&schema)).unwrap();
            let wrong: Vec<String> = validator.iter_errors(&json(text)).map(|error| format!("{error} at {}", error.instance_path())).collect();
            assert!(wrong.is_empty() && json(text)["version"] == 1, "{wrong:?}");
        }
        "json-lines" => text.lines().for_each(|line| assert!(json(line)["type"].is_string())),
        "junit" | "checkstyle" => {
            let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(document.root_element().tag_name().name(), if format == "junit" { "testsuites" } else { "checkstyle" });
        }
        "sarif" => sarif_holds(&json(text)),
        "github" => text.lines().for_each(|line| assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{line}")),
        "gitlab" => {
            let document = json(text);
            let mut seen = BTreeSet::new();
            for issue in document.as_array().unwrap() {
                assert!(issue["description"].is_string() && issue["check_name"].is_string() && issue["location"]["path"].is_string(), "{issue}");
                assert!(issue["location"]["positions"]["begin"]["line"].as_u64().unwrap() >= 1);
                assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
                assert!(seen.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "twice: {issue}");
            }
        }
        "rdjson" => {
            let document = json(text);
            assert_eq!(document["source"]["name"], "nurture");
            for found in document["diagnostics"].as_array().unwrap() {
                assert!(["ERROR", "WARNING", "INFO"].contains(&found["severity"].as_str().unwrap()));
                assert!(found["message"].is_string() && found["location"]["path"].is_string());
            }
        }
        _ => {}
    }
}

/// The official schema, and what GitHub asks for beyond it.
fn sarif_holds(document: &Value) {
    let text = fs::read_to_string(support::root().join("tests/sarif/sarif-2.1.0.schema.json")).unwrap();
    // The official schema has one pattern that is no regular expression.
    let schema = json(&text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(document).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            let text = rule[text]["text"].as_str().unwrap();
            assert!(!text.is_empty() && text.chars().count() <= 1_024, "{rule}");
        }
    }
    for result in run["results"].as_array().unwrap() {
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.contains(' ') && !uri.contains('\\'), "{uri}");
        // An alert shows in a pull request only if all its lines are changed there.
        let (start, end) = (place["region"]["startLine"].as_u64().unwrap(), place["region"]["endLine"].as_u64().unwrap());
        assert!(end - start <= 3, "{result}");
        assert!(result["fingerprints"]["nurture/v1"].as_str().unwrap().len() == 32);
        assert!(result.get("partialFingerprints").is_none(), "GitHub makes its own");
    }
}

#[test]
fn each_form_is_what_its_readers_take() {
    for policy in ["examples/isnt", "examples/ledgerline"] {
        for format in ALL {
            let (code, out, _) = run(&support::root(), &["check", policy, "--format", format]);
            assert_eq!(code, i32::from(policy == "examples/isnt"), "{format}");
            holds(format, &out);
        }
    }
    // Who hears it, and what they hear, is a flow of its own; rules are described.
    let (_, out, _) = run(&support::root(), &["check", "examples/isnt", "--format", "sarif"]);
    let document = json(&out);
    let result = document["runs"][0]["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == "blast_the_database").unwrap().clone();
    let step = &result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["message"]["text"];
    assert!(step.as_str().unwrap().starts_with("for example a lead"), "{step}");
    let rule = &document["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert!(rule["fullDescription"]["text"].as_str().unwrap().contains("whole database"), "{rule}");
}

#[test]
fn several_forms_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (sarif, comment) = (format!("sarif={}", file("out.sarif")), format!("markdown={}", file("comment.md")));
    let (code, out, _) = run(&support::root(), &["check", "examples/isnt", "--format", "concise", "--format", &sarif, "--format", &comment]);
    assert_eq!(code, 1);
    assert!(out.contains("error[blast_the_database]"));
    holds("sarif", &fs::read_to_string(folder.path().join("out.sarif")).unwrap());
    let comment = fs::read_to_string(folder.path().join("comment.md")).unwrap();
    assert!(comment.contains("| `the_whole_list` | isn't nurturing |") && comment.contains("blast_the_database"), "{comment}");
    for (args, said) in [
        (vec!["--format", "sarif", "--format", "gitlab"], "two formats want the standard output"),
        (vec!["--format", "sarif=x", "--format", "gitlab=x"], "two formats want the file `x`"),
        (vec!["--format", "sariff"], "did you mean `sarif`?"),
        (vec!["--format", "sarif="], "name a file after `sarif=`"),
    ] {
        let args: Vec<&str> = ["check", "examples/isnt"].into_iter().chain(args).collect();
        let (code, _, err) = run(&support::root(), &args);
        assert_eq!((code, err.contains(said)), (2, true), "{args:?}: {err}");
    }
    let (code, _, err) = run(&support::root(), &["verdict", "examples/isnt", "--format", "sarif"]);
    assert_eq!((code, err.contains("only `nurture check` writes sarif")), (2, true), "{err}");
    // What cannot be written is said, and nothing else is lost.
    let nowhere = format!("sarif={}", file("nowhere/out.sarif"));
    let (code, out, err) = run(&support::root(), &["check", "examples/isnt", "--format", "concise", "--format", &nowhere]);
    assert!(code == 2 && out.contains("error[blast_the_database]") && err.contains("there is no such folder"), "{err}");
}

/// Whoever reads a form gets it when nothing could be checked, too.
#[test]
fn each_form_tells_of_failures() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("nurture.toml"), "timezon = \"UTC\"\n").unwrap();
    fs::write(folder.path().join("a.nurture"), "lead { role: one of cfo, other }\n").unwrap();
    for format in ALL {
        let kept = format!("{format}=kept");
        for args in [vec!["check", "nowhere"], vec!["check"]] {
            let args: Vec<&str> = args.into_iter().chain(["--format", format]).collect();
            let (code, out, err) = run(folder.path(), &args);
            assert_eq!(code, 2, "{args:?}");
            holds(format, &out);
            assert!(out.contains("nowhere") || out.contains("timezon") || (format == "concise" && err.contains("nowhere")), "{args:?}: {out} {err}");
            let args: Vec<&str> = args[..args.len() - 1].iter().copied().chain([kept.as_str()]).collect();
            assert_eq!(run(folder.path(), &args).0, 2);
            let text = fs::read_to_string(folder.path().join("kept")).unwrap();
            holds(format, &text);
            assert!(text.contains("nowhere") || text.contains("timezon"), "{args:?}: {text}");
        }
    }
    let (_, out, _) = run(folder.path(), &["check", "nowhere", "--format", "sarif"]);
    assert_eq!(json(&out)["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

/// What a finding is called by stays when its text moves, its file is renamed, or blanks change.
#[test]
fn identities_outlive_moves() {
    let of = |files: &[(&str, &str)]| -> BTreeSet<String> {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
        let (_, out, _) = run(folder.path(), &["check", "--format", "gitlab"]);
        json(&out).as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let lead = "lead { role: one of cfo, controller }\n";
    let program = "program p { audience everyone on join { email \"Our news\" wait 3 days email \"More news\" } }\n";
    let before = of(&[("a.nurture", &format!("{lead}{program}"))]);
    assert!(before.len() > 5, "{before:?}");
    let moved = program.replace(" { ", " {\n\n      ");
    assert_eq!(before, of(&[("b.nurture", &format!("# Above everything.\n\n{moved}")), ("z.nurture", lead)]));
    let another = program.replace("program p", "program q");
    assert_ne!(before, of(&[("a.nurture", &format!("{lead}{another}"))]));
}

/// What stops a build is the caller's choice; statistics count, and the pages of the command line are made from it.
#[test]
fn what_stops_a_build() {
    let folder = tempfile::tempdir().unwrap();
    // Advice alone, a warning, an error.
    let unused = "lead { role: one of cfo, other }\nsegment a where role is cfo\n";
    fs::write(folder.path().join("a.nurture"), unused).unwrap();
    let code = |args: &[&str]| run(folder.path(), &["check", "--no-rules", "-q"].iter().chain(args).copied().collect::<Vec<_>>()).0;
    assert_eq!((code(&[]), code(&["--error-on", "warning"]), code(&["--error-on", "advice"])), (0, 0, 1));
    fs::write(folder.path().join("a.nurture"), unused.replace("is cfo", "is cfoo")).unwrap();
    assert_eq!((code(&[]), code(&["--exit-zero"]), code(&["--exit-zero", "--error-on", "warning"])), (1, 0, 2));
    let (_, out, _) = run(&support::root(), &["check", "examples/isnt", "--statistics", "--format", "json"]);
    let counts = json(&out);
    let all: u64 = counts.as_array().unwrap().iter().map(|each| each["count"].as_u64().unwrap()).sum();
    let (_, out, _) = run(&support::root(), &["check", "examples/isnt", "--format", "json"]);
    assert_eq!(all, json(&out)["diagnostics"].as_array().unwrap().len() as u64);
    let (code, _, err) = run(&support::root(), &["check", "examples/isnt", "--statistics", "--format", "sarif"]);
    assert_eq!((code, err.is_empty()), (2, true), "the document says why: {err}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, out, _) = run(&support::root(), &["completions", shell]);
        assert!(code == 0 && out.contains("verdict"), "{shell}");
    }
    let (code, _, err) = run(folder.path(), &["man", "pages"]);
    let pages: Vec<String> = fs::read_dir(folder.path().join("pages")).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    assert!(code == 0 && pages.iter().any(|page| page == "nurture-check.1") && err.contains(&format!("wrote {} pages", pages.len())), "{pages:?} {err}");
    assert_eq!(run(folder.path(), &["man", "a.nurture"]).0, 2, "a file stands in the way");
}
