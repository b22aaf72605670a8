//! What the UI may ask. Every command is a thin call into twin-app; the words of an error are made there.
//!
//! A plain command runs on the thread that draws the window, and its answer is written there: only what takes no time and
//! answers nothing may. All others are async.

mod answer;
mod asset;
mod connections;
mod diagnostics;
mod discovery;
mod history;
mod layouts;
mod live;
mod models;
mod opening;
mod past;
mod pick;
mod plans;
mod trends;
mod undo;
mod window;

/// All commands.
#[expect(clippy::too_many_lines, reason = "a list with a line a command")]
pub fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        connections::connections,
        connections::heard,
        connections::start_look,
        connections::look,
        connections::cancel_look,
        connections::save_connection,
        connections::remove_connection,
        connections::request_rebirth,
        connections::sparkplug_session,
        discovery::discovery,
        discovery::discovery_proposal,
        discovery::discovery_preview,
        discovery::discovery_accept,
        discovery::discovery_ignore,
        discovery::discovery_unignore,
        diagnostics::rates,
        diagnostics::start_tap,
        diagnostics::tap,
        diagnostics::tapped,
        diagnostics::end_tap,
        diagnostics::evidence_totals,
        diagnostics::evidence,
        diagnostics::evidence_payload,
        diagnostics::health,
        history::trend,
        history::save_trend_picture,
        history::cancel_trend_picture,
        history::start_export,
        history::start_import,
        history::start_backup,
        history::start_check,
        history::keeping,
        history::file_job,
        history::cancel_file_job,
        history::put_away_file_job,
        opening::program,
        opening::workspace,
        opening::open_demo,
        opening::open_folder,
        opening::open_own,
        opening::opening,
        opening::cancel_opening,
        layouts::layouts,
        layouts::layout,
        layouts::save_layout,
        past::plant_as_of,
        past::alarm_history_as_of,
        past::alarm,
        past::alarms_within,
        past::raised,
        past::raised_beside,
        trends::annotations,
        trends::annotate,
        trends::change_annotation,
        trends::remove_annotation,
        trends::restore_annotation,
        trends::start_statistics,
        trends::statistics,
        trends::cancel_statistics,
        trends::state_bands,
        undo::undoable,
        undo::undo,
        plans::plan_drawing,
        plans::map_outline,
        plans::place_asset,
        models::models,
        models::model_import,
        models::pictures,
        models::picture,
        models::save_picture,
        models::import_picture,
        live::plant,
        live::plant_file,
        live::subscribe,
        live::alarms,
        live::alarm_history,
        live::acknowledge,
        live::anomaly,
        asset::device,
        asset::asset_events,
        asset::documents,
        asset::documents_lines,
        asset::change_documents,
        asset::open_document,
        pick::pick_path,
        window::settings,
        window::set_settings,
        window::close_window,
        window::ui_ready,
    ]
}

#[cfg(test)]
mod tests {
    /// Nothing may hold up the window: these take no time and answer nothing.
    const PLAIN: [&str; 8] = [
        "cancel_look",
        "cancel_file_job",
        "put_away_file_job",
        "cancel_trend_picture",
        "subscribe",
        "cancel_opening",
        "cancel_statistics",
        "ui_ready",
    ];

    const FILES: [&str; 15] = [
        include_str!("commands/asset.rs"),
        include_str!("commands/connections.rs"),
        include_str!("commands/diagnostics.rs"),
        include_str!("commands/discovery.rs"),
        include_str!("commands/history.rs"),
        include_str!("commands/layouts.rs"),
        include_str!("commands/live.rs"),
        include_str!("commands/models.rs"),
        include_str!("commands/opening.rs"),
        include_str!("commands/past.rs"),
        include_str!("commands/pick.rs"),
        include_str!("commands/trends.rs"),
        include_str!("commands/plans.rs"),
        include_str!("commands/undo.rs"),
        include_str!("commands/window.rs"),
    ];

    #[test]
    fn only_what_takes_no_time_runs_on_the_thread_of_the_window() {
        let marker = ["#[tauri::", "command]\npub fn "].concat();
        let plain = FILES.iter().flat_map(|text| text.split(&marker).skip(1));
        let plain: Vec<_> = plain.filter_map(|of| of.split('(').next()).collect();
        assert_eq!(plain, PLAIN);
    }
}
