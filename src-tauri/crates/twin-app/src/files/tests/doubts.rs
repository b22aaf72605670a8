//! Files that cannot be meant so, and jobs that must come to an end.

use super::*;

#[tokio::test]
async fn what_cannot_be_meant_so_is_a_bad_line() {
    let house = house().await;
    let path = house.dir.path().join("in.csv");
    let future = clock::now().micros() + 3_600_000_000;
    let text = format!(
        "signal,time,received,value,unit\n\
         tank/level,{T0},,1,m\n\
         tank/level,{},,2, m \n\
         tank/level,{},,3,cm\n\
         tank/level,{},,3,cm\n\
         tank/level,{},{future},4,m\n\
         tank/level,{},,No Data,m\n\
         tank/level,{},,1'234,m\n\
         tank/level,{},,NaN,\n",
        T0 + 1,
        T0 + 2,
        T0 + 3,
        T0 + 4,
        T0 + 5,
        T0 + 6,
        T0 + 7,
    );
    fs::write(&path, text).unwrap();
    let report = house.import(&path).await.report.unwrap();
    assert_eq!(counts(&report), [3.0, 0.0, 0.0, 5.0, 0.0], "{report:?}");
    let bad: Vec<_> = report
        .bad_lines
        .iter()
        .map(|bad| (bad.line, &*bad.why))
        .collect();
    assert_eq!(bad.len(), 4, "of a unit one line a signal: {bad:?}");
    assert!(bad[0].0 == 4.0 && bad[0].1.contains("`cm`") && bad[0].1.ends_with("2 lines"));
    assert!(bad[1].0 == 6.0 && bad[1].1.contains("received in the future"));
    assert!(bad[2].0 == 7.0 && bad[2].1.contains("`No Data` is no number"));
    assert!(bad[3].0 == 8.0 && bad[3].1.contains("1'234"));
    let level = house.all(0).await;
    let last = level.last().unwrap();
    assert_eq!(
        (level.len(), last.quality),
        (3, Quality::bad(Reason::NotFinite))
    );
}

#[tokio::test]
async fn one_instant_twice_in_a_file_is_told_apart_from_what_history_has() {
    let house = house().await;
    let path = house.dir.path().join("in.csv");
    let old = T0 - 3 * 31_557_600_000_000;
    let text = format!(
        "signal,time,value\n\
         tank/level,{T0},1\n\
         tank/level,{T0},2\n\
         tank/level,{T0},1\n\
         tank/level,{T0},3\n\
         tank/level,{old},3\n"
    );
    fs::write(&path, text).unwrap();
    let report = house.import(&path).await.report.unwrap();
    assert_eq!(counts(&report), [2.0, 1.0, 0.0, 0.0, 0.0], "{report:?}");
    assert_eq!((report.repeated, report.expired), (2.0, 1.0));
    let level = house.all(0).await;
    assert_eq!((level[0].number(), level[1].number()), (3.0, 1.0));
    let audit = house.audit().await;
    assert!(
        audit[0].1.contains("2 repeated with another value, 1 past"),
        "{audit:?}"
    );
}

#[tokio::test]
async fn a_file_of_bad_lines_moves_on_and_can_be_ended() {
    let house = house().await;
    let path = house.dir.path().join("in.csv");
    fs::write(
        &path,
        "signal,time,value\n".to_owned() + &"a,b,c\n".repeat(3_000_000),
    )
    .unwrap();
    let name = path.display().to_string();
    house.files.start_import(&name, "op").await.unwrap();
    loop {
        let job = house.files.job().unwrap();
        assert_eq!(job.state, FileJobState::Running, "it ended unseen");
        if job.done > 0.0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    house.files.cancel();
    let job = house.end().await;
    assert_eq!(job.state, FileJobState::Cancelled);
    assert!(job.done < 1.0 && job.report.unwrap().bad < 3_000_000.0);
}

#[tokio::test]
async fn everything_is_exported_whenever_it_was() {
    let house = house().await;
    house.fill().await;
    let future = clock::now().micros() + 200_000_000;
    let path = house.dir.path().join("in.csv");
    let text = format!("signal,time,value\ntank/level,1950-01-01,1\ntank/level,{future},2\n");
    fs::write(&path, text).unwrap();
    assert_eq!(house.import(&path).await.report.unwrap().written, 2.0);
    let request = ExportRequest {
        t0: -9.3e18,
        t1: 9.3e18,
        ..house.request(FileFormat::Csv, "all.csv")
    };
    house.files.start_export(&request, "op").await.unwrap();
    let job = house.end().await;
    assert_eq!(job.state, FileJobState::Done, "{job:?}");
    assert_eq!((job.rows, job.done), (2.0 * COUNT as f64 + 2.0, 1.0));

    // The same rule for a bare name on the way in.
    let again = house.import(std::path::Path::new("all.csv")).await;
    let there = 2.0 * COUNT as f64 + 2.0;
    assert_eq!(counts(&again.report.unwrap()), [0.0, there, 0.0, 0.0, 0.0]);
    let folder = house.request(FileFormat::Csv, "somewhere/");
    let refused = house.files.start_export(&folder, "op").await.unwrap_err();
    assert!(refused.to_string().contains("folder"), "{refused}");
}

#[tokio::test]
async fn a_panic_in_the_work_ends_the_job() {
    let house = house().await;
    let job = house.files.begin(FileJobKind::Import, "x".into()).unwrap();
    let work = async { panic!("on purpose") };
    house.files.run(job, "op", "begun", work).await.unwrap();
    assert_eq!(house.end().await.state, FileJobState::Failed);
    let job = house.files.begin(FileJobKind::Import, "y".into());
    assert!(job.is_ok(), "the place is free again");
}
