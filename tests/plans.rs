//! Plans: valid by their own schema, the same after a round trip, and fingerprints that follow the meaning.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use nurture::db::RootDb;
use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::plan::Plan;
use nurture::report::plan::plan;

fn validated(plan: &Plan) {
    let value = serde_json::to_value(plan).unwrap();
    let validator = jsonschema::draft202012::new(&nurture::plan::schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let text = serde_json::to_string_pretty(plan).unwrap();
    let back: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(&back, plan);
    assert_eq!(serde_json::to_string_pretty(&back).unwrap(), text);
}

fn compiled(text: &str) -> Plan {
    let db = support::policy(text);
    let found: Vec<String> = nurture::report::findings::findings(&db)
        .into_iter()
        .filter(|finding| finding.severity == nurture::diagnostics::Severity::Error)
        .map(|finding| finding.message)
        .collect();
    assert!(found.is_empty(), "{found:?}");
    let plan = plan(&db).unwrap();
    validated(&plan);
    plan
}

fn fingerprint(text: &str) -> String {
    compiled(text).fingerprint.to_string()
}

#[test]
fn the_schema_is_a_schema() {
    let schema = nurture::plan::schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn unknown_keys_are_refused() {
    let plan = compiled("lead {\n  role: one of cfo, other\n}\n");
    let mut value = serde_json::to_value(&plan).unwrap();
    value["lead"]["colour"] = "red".into();
    assert!(serde_json::from_value::<Plan>(value.clone()).is_err());
    let validator = jsonschema::draft202012::new(&nurture::plan::schema()).unwrap();
    assert!(!validator.is_valid(&value));
}

#[test]
fn examples_compile_to_valid_plans() {
    for folder in ["examples/ledgerline", "examples/journeys", "src/cli/template"] {
        let loaded = support::workspace(&support::root().join(folder));
        let found = nurture::report::findings::findings(&loaded.db);
        assert_eq!(support::rendered(&loaded.db, &found), "", "{folder}");
        validated(&plan(&loaded.db).unwrap());
    }
}

#[test]
fn the_same_bytes_with_one_thread_and_with_many() {
    let folder = support::root().join("examples/ledgerline");
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(32 << 20).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(7).stack_size(32 << 20).build().unwrap();
    let compile = || {
        let loaded = support::workspace(&folder);
        serde_json::to_string(&plan(&loaded.db).unwrap()).unwrap()
    };
    assert_eq!(one.install(compile), many.install(compile));
}

const BASE: &str = r#"
lead {
  role: one of cfo, controller, other
  employees: whole number from 1
  consent: one of none, given
  email: address of email optional
  revenue: number from 0 optional
}
signal visit implicit { page: text }
segment leaders where role in [cfo, controller] and employees >= 50
segment keen where did visit(page starts with "/x") at least 2 times within 14 days
score heat "Heat" { +5 for visit  halves every 30 days  band hot from 20 }
content guide "A guide" { kind guide about problem url "https://a.example/x" answers "Why?" gives "A list" }
program one "One" {
  audience in leaders and heat >= hot
  goal did visit by day 30
  owner "a@b.example"
  on join {
    email guide "Hello"
    wait 2 weeks
    if in keen { email "Still there?" } else { leave }
  }
}
limits { email needs consent is given }
"#;

#[test]
fn what_changes_nothing_for_a_lead_changes_no_fingerprint() {
    let base = fingerprint(BASE);
    let same: [(&str, &str, &str); 14] = [
        ("a comment", "segment keen", "# words\nsegment keen"),
        ("a doc comment", "program one", "## What it does.\nprogram one"),
        ("layout", "role in [cfo, controller] and employees >= 50", "role in [cfo,\n   controller]\n   and   employees >= 50"),
        ("order of a list", "[cfo, controller]", "[controller, cfo]"),
        ("order of operands", "role in [cfo, controller] and employees >= 50", "employees >= 50 and role in [cfo, controller]"),
        ("parentheses", "employees >= 50", "(employees >= 50)"),
        ("repeated operands", "employees >= 50", "employees >= 50 and employees >= 50"),
        ("spelling of a duration", "wait 2 weeks", "wait 14 days"),
        ("spelling of a number", "employees >= 50", "employees >= 5_0.0"),
        ("order on whole numbers", "employees >= 50", "employees > 49"),
        ("a double negation", "employees >= 50", "not not employees >= 50"),
        (
            "a negated count",
            "did visit(page starts with \"/x\") at least 2 times within 14 days",
            "not did visit(page starts with \"/x\") at most 1 times within 14 days",
        ),
        ("an owner", "a@b.example", "c@d.example"),
        ("a title", "program one \"One\"", "program one \"Two\""),
    ];
    for (what, from, to) in same {
        let changed = BASE.replace(from, to);
        assert_ne!(changed, BASE, "{what}: nothing was changed");
        assert_eq!(fingerprint(&changed), base, "{what}");
    }
    let mut declarations: Vec<&str> = BASE.split("\n\n").collect();
    declarations.reverse();
    let split = |text: &str| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for line in text.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                parts.push(String::new());
            }
            if let Some(last) = parts.last_mut() {
                last.push_str(line);
                last.push('\n');
            }
        }
        parts
    };
    let mut parts = split(BASE);
    parts.reverse();
    assert_eq!(fingerprint(&parts.concat()), base, "order of declarations");
    // File boundaries and names.
    let files = parts.iter().enumerate().map(|(number, text)| (format!("f{number}.nurture").into(), text.clone())).collect();
    let db = load::in_memory(RootDb::default(), files, Settings::default());
    assert_eq!(plan(&db).unwrap().fingerprint, base, "files");
}

#[test]
fn what_a_lead_could_notice_changes_the_fingerprint() {
    let base = fingerprint(BASE);
    let different: [(&str, &str); 16] = [
        ("employees >= 50", "employees >= 51"),
        ("[cfo, controller] and", "[cfo, controller] or"),
        ("role in [cfo, controller]", "role is not other"),
        ("wait 2 weeks", "wait 15 days"),
        ("\"Hello\"", "\"Hello!\""),
        ("at least 2 times", "at least 3 times"),
        ("within 14 days", "within 15 days"),
        ("+5 for visit", "+6 for visit"),
        ("halves every 30 days", "halves every 31 days"),
        ("band hot from 20", "band hot from 21"),
        ("by day 30", "by day 31"),
        ("https://a.example/x", "https://a.example/y"),
        ("consent is given", "consent is none"),
        ("program one", "program uno"),
        ("else { leave }", "else { }"),
        ("email: address of email optional", "email: address of email, sms optional"),
    ];
    for (from, to) in different {
        let changed = BASE.replace(from, to);
        assert_ne!(changed, BASE, "{from}: nothing was changed");
        assert_ne!(fingerprint(&changed), base, "{from} -> {to}");
    }
    let zone = Settings { timezone: "Europe/Berlin".into(), ..Settings::default() };
    let db = load::in_memory(RootDb::default(), vec![("a.nurture".into(), BASE.to_owned())], zone);
    assert_ne!(plan(&db).unwrap().fingerprint, base, "time zone");
}

#[test]
fn a_negated_comparison_of_an_optional_field_stays_apart() {
    // Equal on required fields, not on optional ones: the fingerprint never takes one for the other.
    let not = fingerprint(&BASE.replace("employees >= 50", "not (revenue < 5)"));
    let at_least = fingerprint(&BASE.replace("employees >= 50", "revenue >= 5"));
    assert_ne!(not, at_least);
}

#[test]
fn items_have_their_own_fingerprints() {
    let (a, b) = (compiled(BASE), compiled(&BASE.replace("wait 2 weeks", "wait 3 weeks")));
    assert_ne!(a.programs[0].fingerprint, b.programs[0].fingerprint);
    assert_eq!(a.segments[0].fingerprint, b.segments[0].fingerprint);
    assert_eq!(a.contents[0].fingerprint, b.contents[0].fingerprint);
}

#[test]
fn steps_lead_where_they_should() {
    use nurture::plan::Action;
    let plan = compiled(BASE);
    let steps = &plan.programs[0].steps;
    let ids: Vec<u32> = steps.iter().map(|step| step.id).collect();
    assert_eq!(ids, (1..=steps.len() as u32).collect::<Vec<_>>());
    let Action::Touch(touch) = &steps[0].action else { panic!("a touch comes first") };
    assert_eq!((touch.next, touch.once.as_deref()), (Some(2), Some("content guide")));
    let Action::If { branches, otherwise } = &steps[2].action else { panic!("the third step is an if") };
    assert_eq!((branches[0].next, *otherwise), (Some(4), Some(5)));
    assert_eq!(steps[4].action, Action::Leave);
}
