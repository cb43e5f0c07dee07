//! What was found wrong once, each as a small policy: nobody is named who cannot be, and everybody is told of who hears nothing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use nurture::diagnostics::Diagnostic;
use nurture::report::judgement::{Asked, judge};

fn told(text: &str) -> Vec<Diagnostic> {
    let db = support::policy(text);
    let plan = nurture::report::plan::plan(&db).unwrap();
    judge(&db, &plan, &Asked::default()).unwrap().findings
}

fn of<'f>(found: &'f [Diagnostic], rule: &str) -> Vec<&'f Diagnostic> {
    found.iter().filter(|finding| finding.check.name() == rule).collect()
}

/// A day that a signal tells of is never later than the signal.
#[test]
fn nobody_signs_for_a_day_to_come() {
    let found = told(
        "lead { role: one of cfo, controller }
signal sign explicit { d: date to today }
program a { audience did sign(d after 2025-11-30) on join { email \"One\" } }
program b { audience did not sign within 60 days on join { email \"Two\" } }
",
    );
    assert!(of(&found, "audiences_collide").is_empty(), "{found:?}");
}

/// What was done since a touch was done since the join.
#[test]
fn a_touch_comes_after_the_join() {
    let found = told(
        "lead { role: one of cfo, controller }
signal visit implicit { page: text }
program p {
  audience role is cfo
  on join { email as hello \"One\" wait 30 days email \"Two\" { only if did visit since hello } email \"Three\" { only if did not visit since joining } }
}
rule probe isn't nurturing {
  level error
  each touch
  when touch.subject is \"Two\" and some(t in touch.program.touches where t.subject is \"Three\" and t.guard overlaps touch.guard)
  because \"They meet.\"
  flags { program q { audience role is cfo on join { email \"Two\" email \"Three\" } } }
  passes { program q { audience role is cfo on join { email \"Two\" } } }
}
",
    );
    assert!(of(&found, "probe").is_empty(), "{found:?}");
}

/// Kinds of lead that hear nothing are told in few words, each once, with somebody of the kind.
#[test]
fn gaps_are_told_by_kind() {
    let found = told(
        "lead {
  role: one of cfo, controller, analyst, it_director
  industry: one of retail, fintech, health optional
  interest: set of tax, billing, payroll
}
signal visit implicit { page: text }
signal download explicit { content: content }
journey buying {
  stage noticing { asks \"Why?\" while did visit within 90 days }
  stage comparing { asks \"Which?\" while did download within 90 days }
}
score fit { +10 when role is cfo }
program a {
  audience role in [cfo, controller, analyst]
  journey buying
  on stage noticing { email \"One\" { only if (role is cfo and industry is retail) or role is controller } }
  on stage comparing { email \"Two\" { only if interest has tax and fit >= 10 } }
}
",
    );
    let gaps: Vec<Vec<&str>> =
        of(&found, "stage_gap").iter().map(|gap| gap.notes.iter().filter(|note| note.starts_with("nothing for")).map(String::as_str).collect()).collect();
    assert_eq!(
        gaps,
        [
            [
                "nothing for cfo in any industry but retail (for example a cfo whose `industry` is unknown and who did visit, 1 day ago)",
                "nothing for analyst (for example an analyst who did visit, 1 day ago)"
            ],
            [
                "nothing for controller or analyst (for example a controller who did download, 1 day ago)",
                "nothing for everyone without `interest` tax (for example a cfo with no `interest` who did download, 1 day ago)"
            ]
        ]
    );
}

/// A story goes on doing what the program waits for, so that what was played meets the bound.
#[test]
fn stories_do_what_is_waited_for() {
    let found = told(
        "lead { role: one of cfo, controller }
signal visit implicit { page: text }
limits { at most 1 email per 7 days }
program a {
  audience role is cfo
  on join {
    email \"One\"
    wait until did visit since joining for at most 20 days
    email \"Two\"
    wait until did visit(page starts with \"/price\") since joining for at most 20 days
    email \"Three\"
  }
}
",
    );
    let held = of(&found, "held_touches");
    assert!(held.len() == 1 && held[0].notes[0].starts_with("3 is the most that there can be; this was played:"), "{held:?}");
}
