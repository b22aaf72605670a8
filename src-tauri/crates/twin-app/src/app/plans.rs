//! Plans and the map: their files for the window, and where a person puts assets on them.

use twin_core::said;
use twin_model::{Edit, Location, Plan, Plant};

use super::App;
use crate::{
    api::plans::Placing,
    error::{Error, Result, Thing},
    plans,
};

/// Digits behind the point that are written: a ten-thousandth of a plan, a tenth of a metre on the earth.
const PLAN_DIGITS: i32 = 4;
const EARTH_DIGITS: i32 = 6;

impl App {
    /// The drawing of a plan: SVG, PNG or JPEG, as its file is.
    ///
    /// # Errors
    /// [`Error::Unknown`] without such a plan, [`Error::Request`] when its file cannot be shown, [`Error::File`].
    pub async fn plan_drawing(&self, id: &str) -> Result<Vec<u8>> {
        let planted = self.planted();
        let plan = planted.compiled.plant.plan(id);
        let file = plan.map(|plan| plan.file.clone()).ok_or(Error::Unknown {
            what: Thing::Plan,
            id: id.to_owned(),
        })?;
        let dir = self.workspace.dir().to_owned();
        away(move || plans::drawing(&dir, &file)).await
    }

    /// The GeoJSON text that the map's outline is drawn from; none when the plant file names none.
    ///
    /// # Errors
    /// [`Error::Request`] when it is too large, [`Error::File`].
    pub async fn map_outline(&self) -> Result<Option<String>> {
        let Some(file) = self.planted().compiled.plant.map.outline.clone() else {
            return Ok(None);
        };
        let dir = self.workspace.dir().to_owned();
        away(move || plans::outline(&dir, &file)).await.map(Some)
    }

    /// Puts an asset on a plan or on the earth, or takes it away: in the plant file.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an asset or plan that is not there, [`Error::Request`] when it is somewhere else by now than
    /// the person saw, [`Error::Plant`] when it cannot be there, those of editing the plant file.
    pub async fn place_asset(&self, placing: &Placing, user: &str) -> Result<()> {
        let _alone = self.editing.lock().await;
        let unknown = |what, id: &str| Error::Unknown {
            what,
            id: id.to_owned(),
        };
        if self
            .planted()
            .compiled
            .plant
            .asset(&placing.asset)
            .is_none()
        {
            return Err(unknown(Thing::Asset, &placing.asset));
        }
        let edit = edit_of(placing);
        let edited = self.workspace.edit_plant(|document| {
            let plan = placing.plan.as_deref();
            if let Some(id) = plan.filter(|id| document.plant().plan(id).is_none()) {
                return Err(unknown(Thing::Plan, id));
            }
            if placed(document.plant(), placing) != placing.before {
                return Err(Error::Request(said!(
                    "refused-placed",
                    "{asset} is somewhere else by now, so it was not moved: look again",
                    asset = placing.asset.as_str()
                )));
            }
            let done = document.apply(std::slice::from_ref(&edit));
            done.map_err(|source| self.workspace.wrong_plant(source))
        })?;
        let text = self.audit_edited(edited).await;
        let on = placing.plan.as_deref();
        let what = match (on, placing.after) {
            (None, Some([latitude, longitude])) => format!("at {latitude}, {longitude}"),
            (Some(plan), Some([x, y])) => format!("on plan {plan} at {x}, {y}"),
            (Some(plan), None) => format!("taken off plan {plan}"),
            (None, None) => "taken off the map".to_owned(),
        };
        self.audit(user, "place-asset", &placing.asset, &what).await;
        self.take_up_edit(text).await
    }
}

/// Where the plant file has the asset.
fn placed(plant: &Plant, placing: &Placing) -> Option<[f64; 2]> {
    match placing.plan.as_deref() {
        Some(plan) => plant.plan(plan)?.assets.get(&placing.asset).copied(),
        None => {
            let at = plant.map.locations.get(&placing.asset)?;
            Some([at.latitude, at.longitude])
        }
    }
}

fn edit_of(placing: &Placing) -> Edit {
    let asset = placing.asset.clone();
    match &placing.plan {
        Some(plan) => Edit::PutSpot {
            plan: plan.clone(),
            asset,
            at: placing
                .after
                .map(|at| at.map(|part| rounded(part, PLAN_DIGITS))),
        },
        None => Edit::PutLocation {
            asset,
            at: placing.after.map(|at| {
                let [latitude, longitude] = at.map(|part| rounded(part, EARTH_DIGITS));
                Location {
                    latitude,
                    longitude,
                }
            }),
        },
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    match value.is_finite() && value.abs() <= Plan::REACH {
        true => (value * factor).round() / factor,
        false => f64::MAX,
    }
}

async fn away<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let work = tokio::task::spawn_blocking(work);
    work.await.map_err(|_| Error::Stopped)?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const WORKS: &str = "# by hand\n[plant]\nid = \"w\"\nname = \"W\"\nzone = \"UTC\"\n\
        [[connection]]\nid = \"c\"\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"plaintext\"\n\
        subscriptions = [{ filter = \"x/#\" }]\n[[type]]\nid = \"t\"\n[[type.signal]]\nid = \"s\"\n\
        [[area]]\nid = \"a\"\n[[plan]]\nid = \"site\"\nfile = \"site.svg\"\n\
        [[asset]]\nid = \"p\"\narea = \"a\"\ntype = \"t\"\nconnection = \"c\"\nsource = \"x/p#{signal}\"\n";

    fn placing(plan: Option<&str>, before: Option<[f64; 2]>, after: Option<[f64; 2]>) -> Placing {
        Placing {
            asset: "p".into(),
            plan: plan.map(str::to_owned),
            before,
            after,
        }
    }

    #[tokio::test]
    async fn an_asset_is_placed_moved_and_taken_away_and_who_did_it_is_known() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plant.toml"), WORKS).unwrap();
        let (app, _notices) = App::start(dir.path(), dir.path()).await.unwrap();
        let place = |placing: Placing| {
            let app = &app;
            async move { app.place_asset(&placing, "eva").await }
        };
        let at = Some([0.25, 0.75]);
        place(placing(Some("site"), None, Some([0.250_000_4, 0.75])))
            .await
            .unwrap();
        let plant = || app.planted().compiled.plant.clone();
        assert_eq!(plant().plan("site").unwrap().assets["p"], [0.25, 0.75]);
        place(placing(None, None, Some([50.1, 8.5]))).await.unwrap();
        assert_eq!(plant().map.locations["p"].longitude, 8.5);
        // Somebody who saw it elsewhere moves nothing.
        let stale = place(placing(Some("site"), None, Some([0.5, 0.5]))).await;
        assert!(stale.unwrap_err().to_string().contains("somewhere else"));
        for wrong in [Some([2.0, 0.5]), Some([f64::NAN, 0.5])] {
            assert!(place(placing(Some("site"), at, wrong)).await.is_err());
        }
        assert!(matches!(
            place(placing(Some("attic"), None, at)).await,
            Err(Error::Unknown {
                what: Thing::Plan,
                ..
            })
        ));
        place(placing(Some("site"), at, None)).await.unwrap();
        place(placing(None, Some([50.1, 8.5]), None)).await.unwrap();
        assert_eq!(
            fs::read_to_string(dir.path().join("plant.toml")).unwrap(),
            WORKS
        );
        let trail = app.historian.alarms().audit(None, 100).await.unwrap();
        let told: Vec<_> = trail.iter().rev().map(|one| &one.entry).collect();
        assert!(
            told.iter()
                .all(|entry| entry.action == "place-asset" && entry.user == "eva")
        );
        assert_eq!(told.len(), 4);
        assert_eq!(told[2].detail, "taken off plan site");
        app.stop().await;
    }
}
