//! Documents of an asset.

use std::collections::HashSet;

use crate::{
    paper::{PAPERS_MAX, Paper, PaperPlace, TITLE_CHARS, wrong_address, wrong_file},
    reader::Reader,
};

pub(super) fn papers(asset: &mut Reader<'_>) -> Vec<Paper> {
    let tables = asset.tables("documents");
    if tables.len() > PAPERS_MAX {
        asset.fault(
            "documents",
            format!(
                "are {} documents, and an asset has {PAPERS_MAX} at most",
                tables.len()
            ),
        );
    }
    let mut titles = HashSet::new();
    let papers = tables
        .into_iter()
        .filter_map(|table| paper(table, &mut titles));
    papers.collect()
}

fn paper(mut table: Reader<'_>, titles: &mut HashSet<String>) -> Option<Paper> {
    let title = table.required_any_text("title");
    if title.chars().count() > TITLE_CHARS {
        table.fault("title", format!("has {TITLE_CHARS} characters at most"));
    }
    if !title.is_empty() && !titles.insert(title.clone()) {
        table.fault(
            "title",
            format!(
                "\"{title}\" is another document of this asset already; call this one otherwise"
            ),
        );
    }
    let (file, address) = (
        table.filled_any_text("file"),
        table.filled_any_text("address"),
    );
    let place = match (file, address) {
        (Some(file), None) => {
            if let Some(why) = wrong_file(&file) {
                table.fault("file", format!("\"{file}\" {why}"));
            }
            Some(PaperPlace::File(file))
        }
        (None, Some(address)) => {
            if let Some(why) = wrong_address(&address) {
                table.fault("address", format!("\"{address}\" {why}"));
            }
            Some(PaperPlace::Address(address))
        }
        (Some(_), Some(_)) => {
            table.fault("address", "stands beside file; keep one of both");
            None
        }
        (None, None) => {
            table.fault(
                "file",
                "is missing; give the path of a file, or the address of a page",
            );
            None
        }
    };
    table.finish();
    Some(Paper {
        title,
        place: place?,
    })
}
