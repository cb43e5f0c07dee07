use nurture::syntax::{parse, scan};
#[test] fn all() {
    let mut files: Vec<_> = ["examples/ledgerline","examples/journeys"].iter().flat_map(|d| std::fs::read_dir(d).unwrap()).map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e=="nurture")).collect();
    files.push("../shared/design/example.nurture".into());
    if let Ok(f) = std::env::var("F") { files = vec![f.into()]; }
    for f in files { let t = std::fs::read_to_string(&f).unwrap(); let s = scan(&t); for p in &s.problems { println!("{f:?} {p:?}"); }
      for c in &s.chunks { let p = parse(&c.body); for pr in &p.problems { let r = pr.range(); let at = c.start as usize + r.start as usize; let line = t[..at.min(t.len())].matches('\n').count()+1; println!("{}:{line}: [{}] {} | {:?} | {} | {:?} | fix {:?}", f.display(), pr.check.name(), pr.message, r.of(&c.body.text), pr.labels[0].text, pr.help, pr.fixes.iter().map(|f| (&f.title, f.edits.iter().map(|e| format!("{}→{}", e.at.of(&c.body.text), e.new)).collect::<Vec<_>>())).collect::<Vec<_>>()); } } }
}
