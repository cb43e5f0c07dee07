//! Test results as JUnit XML, the form that CI systems read.

use super::sources::clean;

/// One test.
#[derive(Clone, Debug)]
pub struct JunitCase {
    /// Its name.
    pub name: String,
    /// The file that it stands in, or what it is grouped by.
    pub class: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What failed: a headline and all there is to say, if it did.
    pub failures: Vec<(String, String)>,
}

/// A test suite as JUnit XML.
pub fn junit(suite: &str, cases: &[JunitCase]) -> String {
    let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let seconds = cases.iter().fold(0.0, |sum, case| sum + case.seconds);
    let head = format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{seconds:.6}\"", cases.len());
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{0}\" {head}>\n  <testsuite name=\"{0}\" {head}>\n", escaped(suite));
    for case in cases {
        out.push_str(&format!("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.6}\"", escaped(&case.name), escaped(&case.class), case.seconds));
        if case.failures.is_empty() {
            out.push_str("/>\n");
            continue;
        }
        out.push_str(">\n");
        // One test has one result: its failures are told together.
        let message = case.failures.iter().map(|(message, _)| message.as_str()).collect::<Vec<_>>().join("; ");
        let text: String = case.failures.iter().map(|(_, text)| text.as_str()).collect();
        out.push_str(&format!("      <failure message=\"{}\" type=\"expectation\">{}</failure>\n    </testcase>\n", escaped(&message), escaped(&text)));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Line by line, as what is cleaned becomes one line.
    for c in text.split('\n').map(clean).collect::<Vec<_>>().join("\n").chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
