//! How long each phase takes, by the size of the policy. What whole commands cost is measured with `write.rs`.

#![allow(missing_docs, reason = "criterion makes functions without docs")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nurture::db::load;
use nurture::db::settings::Settings;
use nurture::db::{RootDb, SourceFile, Workspace};
use nurture::report::findings::{file_findings, findings};
use nurture::report::plan::plan;
use nurture::syntax::{parse, scan};
use salsa::Setter as _;

mod generator;

fn database(text: &str) -> RootDb {
    load::in_memory(RootDb::default(), vec![("policy.nurture".into(), text.to_owned())], Settings::default())
}

fn phases(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("phases");
    for bytes in [1_000, 100_000, 1_000_000] {
        let text = generator::policy(bytes, 1);
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
        group.bench_with_input(BenchmarkId::new("scan", bytes), &text, |bench, text| bench.iter(|| scan(black_box(text)).chunks.len()));
        let chunks = scan(&text).chunks;
        group.bench_with_input(BenchmarkId::new("parse", bytes), &chunks, |bench, chunks| {
            bench.iter(|| chunks.iter().map(|chunk| parse(&chunk.body).items.len()).sum::<usize>());
        });
        // Its own second reading and comparison included.
        group.bench_with_input(BenchmarkId::new("format", bytes), &text, |bench, text| {
            bench.iter(|| nurture::format::format(black_box(text)).map(|done| done.text.len()))
        });
        group.bench_with_input(BenchmarkId::new("check", bytes), &text, |bench, text| {
            bench.iter_with_large_drop(|| {
                let db = database(text);
                let found = findings(&db).len();
                (db, found)
            });
        });
        group.bench_with_input(BenchmarkId::new("compile", bytes), &text, |bench, text| {
            bench.iter_with_large_drop(|| {
                let db = database(text);
                let made = plan(&db);
                (db, made)
            });
        });
    }
    group.finish();
}

fn edits(criterion: &mut Criterion) {
    let text = generator::policy(100_000, 1);
    let mut db = database(&text);
    findings(&db);
    let file: Option<SourceFile> = Workspace::get(&db).files(&db).first().copied();
    let Some(file) = file else { return };
    let mut group = criterion.benchmark_group("edits of 100 KB");
    let mut number = 0u32;
    group.bench_function("a comment above everything", |bench| {
        bench.iter(|| {
            number += 1;
            file.set_text(&mut db).to(format!("# {number}\n{text}"));
            file_findings(&db, file).len()
        });
    });
    group.bench_function("one more segment", |bench| {
        bench.iter(|| {
            number += 1;
            file.set_text(&mut db).to(format!("{text}\nsegment fresh{number} where everyone\n"));
            file_findings(&db, file).len()
        });
    });
    group.finish();
}

criterion_group!(benches, phases, edits);
criterion_main!(benches);
