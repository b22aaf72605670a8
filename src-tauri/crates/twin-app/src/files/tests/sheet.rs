//! A sheet: what a trend shows, as rows of a local clock.

use super::*;
use crate::api::files::SheetColumn;

fn column(house: &House, signal: usize, name: &str, later: i64) -> SheetColumn {
    SheetColumn {
        signal: house.keys[signal].0,
        name: name.to_owned(),
        unit: "m".to_owned(),
        factor: 1.0,
        add: 0.0,
        later: later as f64,
    }
}

async fn lines(house: &House, columns: Vec<SheetColumn>, t0: f64, t1: f64) -> Vec<String> {
    let request = ExportRequest {
        columns,
        t0,
        t1,
        ..house.request(FileFormat::Sheet, "")
    };
    house.files.start_export(&request, "op").await.unwrap();
    let job = house.end().await;
    assert_eq!((job.state, job.done), (FileJobState::Done, 1.0), "{job:?}");
    assert!(job.path.ends_with(".csv"), "{}", job.path);
    let text = fs::read_to_string(&job.path).unwrap();
    fs::remove_file(&job.path).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Number 25 of the level: its root is 5.
const AT: i64 = T0 + 25 * STEP;

#[tokio::test]
async fn has_the_units_of_the_screen_and_what_is_compared_beside_it() {
    let house = house().await;
    house.fill().await;
    let feet = SheetColumn {
        unit: "ft".to_owned(),
        factor: 1.0 / 0.3048,
        ..column(&house, 0, "Level", 0)
    };
    let columns = vec![
        feet,
        column(&house, 0, "Level (0.1 s earlier)", STEP),
        column(&house, 1, "State", 0),
    ];
    let found = lines(&house, columns, AT as f64, (AT + 2 * STEP) as f64).await;
    let (five, before, next) = ("16.4041994751", 24.0_f64.sqrt(), 26.0_f64.sqrt() / 0.3048);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(
        found[0],
        "time (Europe/Berlin),Level [ft],Level quality,Level (0.1 s earlier) [m],Level (0.1 s earlier) quality,State [m],State quality"
    );
    assert_eq!(
        found[1],
        format!("2026-11-22T18:56:13.500000+01:00,{five},good,{before:?},good,open,bad frozen")
    );
    // The second instant, whose compared sample is the first one of the other column.
    let cells: Vec<&str> = found[2].split(',').collect();
    assert_eq!(cells[0], "2026-11-22T18:56:13.600000+01:00");
    assert!(
        (cells[1].parse::<f64>().unwrap() - next).abs() < 1e-10,
        "{}",
        cells[1]
    );
    assert_eq!(cells[3], "5.0");
}

#[tokio::test]
async fn has_a_row_for_every_instant_and_empty_cells_where_nothing_came() {
    let house = house().await;
    house.fill().await;
    let between = vec![
        column(&house, 0, "Level", 0),
        column(&house, 0, "then", STEP / 2),
    ];
    let found = lines(&house, between, f64::MIN, f64::MAX).await;
    assert_eq!(found.len() as i64, 1 + 2 * COUNT);
    assert!(found[1].ends_with(",0.0,good,,"), "{}", found[1]);
    assert!(found[2].ends_with(",,,0.0,good"), "{}", found[2]);
    let mut times: Vec<&str> = found[1..].iter().map(|line| &line[..32]).collect();
    let all = times.len();
    times.dedup();
    assert_eq!(times.len(), all);
    assert!(times.is_sorted());
}

#[tokio::test]
async fn ends_where_it_is_told_and_takes_only_what_it_can_write() {
    let house = house().await;
    house.fill().await;
    let level = column(&house, 0, "Level", 0);
    // Everything stored, up to an instant of the past.
    let found = lines(&house, vec![level.clone()], -9.3e18, (AT + 1) as f64).await;
    assert_eq!(found.len(), 1 + 26);

    let request = |columns: Vec<SheetColumn>| ExportRequest {
        columns,
        ..house.request(FileFormat::Sheet, "")
    };
    let none = SheetColumn {
        factor: f64::NAN,
        ..level.clone()
    };
    for columns in [vec![], vec![none], vec![level.clone(); COLUMNS_MAX + 1]] {
        let request = request(columns);
        let refused = house.files.start_export(&request, "op").await;
        assert!(matches!(refused, Err(Error::Request(_))), "{refused:?}");
    }
    let nobody = SheetColumn {
        signal: 4_711,
        ..level
    };
    let refused = house.files.start_export(&request(vec![nobody]), "op").await;
    assert!(matches!(refused, Err(Error::Unknown { .. })), "{refused:?}");
}
