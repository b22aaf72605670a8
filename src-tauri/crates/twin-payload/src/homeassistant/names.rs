//! Short names of options and what they stand for (Home Assistant, "MQTT discovery", supported abbreviations).

use crate::tree::Node;

/// Sorted by the short name. Options that say nothing of values are left out.
const SHORT: &[(&str, &str)] = &[
    ("act_t", "action_topic"),
    ("act_tpl", "action_template"),
    ("aux_stat_t", "aux_state_topic"),
    ("aux_stat_tpl", "aux_state_template"),
    ("avty", "availability"),
    ("avty_mode", "availability_mode"),
    ("avty_t", "availability_topic"),
    ("avty_tpl", "availability_template"),
    ("bat_lev_t", "battery_level_topic"),
    ("bat_lev_tpl", "battery_level_template"),
    ("bri_cmd_t", "brightness_command_topic"),
    ("bri_scl", "brightness_scale"),
    ("bri_stat_t", "brightness_state_topic"),
    ("bri_val_tpl", "brightness_value_template"),
    ("clr_temp_cmd_t", "color_temp_command_topic"),
    ("clr_temp_stat_t", "color_temp_state_topic"),
    ("clr_temp_val_tpl", "color_temp_value_template"),
    ("clrm_stat_t", "color_mode_state_topic"),
    ("clrm_val_tpl", "color_mode_value_template"),
    ("cmd_t", "command_topic"),
    ("cmps", "components"),
    ("cns", "connections"),
    ("curr_hum_t", "current_humidity_topic"),
    ("curr_hum_tpl", "current_humidity_template"),
    ("curr_temp_t", "current_temperature_topic"),
    ("curr_temp_tpl", "current_temperature_template"),
    ("dev", "device"),
    ("dev_cla", "device_class"),
    ("dir_cmd_t", "direction_command_topic"),
    ("dir_stat_t", "direction_state_topic"),
    ("dir_val_tpl", "direction_value_template"),
    ("fan_mode_cmd_t", "fan_mode_command_topic"),
    ("fan_mode_stat_t", "fan_mode_state_topic"),
    ("fan_mode_stat_tpl", "fan_mode_state_template"),
    ("fanspd_lst", "fan_speed_list"),
    ("fx_cmd_t", "effect_command_topic"),
    ("fx_list", "effect_list"),
    ("fx_stat_t", "effect_state_topic"),
    ("fx_val_tpl", "effect_value_template"),
    ("hs_cmd_t", "hs_command_topic"),
    ("hs_stat_t", "hs_state_topic"),
    ("hs_val_tpl", "hs_value_template"),
    ("hum_cmd_t", "target_humidity_command_topic"),
    ("hum_stat_t", "target_humidity_state_topic"),
    ("hum_stat_tpl", "target_humidity_state_template"),
    ("hum_state_tpl", "target_humidity_state_template"),
    ("hw", "hw_version"),
    ("ids", "identifiers"),
    ("l_ver_t", "latest_version_topic"),
    ("l_ver_tpl", "latest_version_template"),
    ("max_hum", "max_humidity"),
    ("mdl", "model"),
    ("mf", "manufacturer"),
    ("min_hum", "min_humidity"),
    ("mode_cmd_t", "mode_command_topic"),
    ("mode_stat_t", "mode_state_topic"),
    ("mode_stat_tpl", "mode_state_template"),
    ("ops", "options"),
    ("osc_cmd_t", "oscillation_command_topic"),
    ("osc_stat_t", "oscillation_state_topic"),
    ("osc_val_tpl", "oscillation_value_template"),
    ("p", "platform"),
    ("pct_cmd_t", "percentage_command_topic"),
    ("pct_stat_t", "percentage_state_topic"),
    ("pct_val_tpl", "percentage_value_template"),
    ("pl_avail", "payload_available"),
    ("pl_not_avail", "payload_not_available"),
    ("pl_off", "payload_off"),
    ("pl_on", "payload_on"),
    ("pos_clsd", "position_closed"),
    ("pos_open", "position_open"),
    ("pos_t", "position_topic"),
    ("pos_tpl", "position_template"),
    ("pow_cmd_t", "power_command_topic"),
    ("pow_stat_t", "power_state_topic"),
    ("pow_stat_tpl", "power_state_template"),
    ("pr_mode_cmd_t", "preset_mode_command_topic"),
    ("pr_mode_stat_t", "preset_mode_state_topic"),
    ("pr_mode_val_tpl", "preset_mode_value_template"),
    ("pr_modes", "preset_modes"),
    ("rgb_cmd_t", "rgb_command_topic"),
    ("rgb_stat_t", "rgb_state_topic"),
    ("rgb_val_tpl", "rgb_value_template"),
    ("rgbw_stat_t", "rgbw_state_topic"),
    ("rgbw_val_tpl", "rgbw_value_template"),
    ("rgbww_stat_t", "rgbww_state_topic"),
    ("rgbww_val_tpl", "rgbww_value_template"),
    ("set_pos_t", "set_position_topic"),
    ("sn", "serial_number"),
    ("spd_rng_max", "speed_range_max"),
    ("spd_rng_min", "speed_range_min"),
    ("stat_cla", "state_class"),
    ("stat_closing", "state_closing"),
    ("stat_clsd", "state_closed"),
    ("stat_locked", "state_locked"),
    ("stat_off", "state_off"),
    ("stat_on", "state_on"),
    ("stat_open", "state_open"),
    ("stat_opening", "state_opening"),
    ("stat_stopped", "state_stopped"),
    ("stat_t", "state_topic"),
    ("stat_tpl", "state_template"),
    ("stat_unlocked", "state_unlocked"),
    ("stat_val_tpl", "state_value_template"),
    ("sw", "sw_version"),
    ("swing_mode_cmd_t", "swing_mode_command_topic"),
    ("swing_mode_stat_t", "swing_mode_state_topic"),
    ("swing_mode_stat_tpl", "swing_mode_state_template"),
    ("t", "topic"),
    ("temp_cmd_t", "temperature_command_topic"),
    ("temp_hi_cmd_t", "temperature_high_command_topic"),
    ("temp_hi_stat_t", "temperature_high_state_topic"),
    ("temp_hi_stat_tpl", "temperature_high_state_template"),
    ("temp_lo_cmd_t", "temperature_low_command_topic"),
    ("temp_lo_stat_t", "temperature_low_state_topic"),
    ("temp_lo_stat_tpl", "temperature_low_state_template"),
    ("temp_stat_t", "temperature_state_topic"),
    ("temp_stat_tpl", "temperature_state_template"),
    ("temp_unit", "temperature_unit"),
    ("tilt_cmd_t", "tilt_command_topic"),
    ("tilt_status_t", "tilt_status_topic"),
    ("tilt_status_tpl", "tilt_status_template"),
    ("uniq_id", "unique_id"),
    ("unit_of_meas", "unit_of_measurement"),
    ("val_tpl", "value_template"),
    ("whit_val_stat_t", "white_value_state_topic"),
    ("whit_val_tpl", "white_value_template"),
    ("xy_cmd_t", "xy_command_topic"),
    ("xy_stat_t", "xy_state_topic"),
    ("xy_val_tpl", "xy_value_template"),
];

/// The long name of an option.
fn long(name: &str) -> &str {
    let at = SHORT.binary_search_by_key(&name, |(short, _)| short);
    at.ok()
        .and_then(|at| SHORT.get(at))
        .map_or(name, |(_, long)| long)
}

/// Options of an object by their long names.
#[derive(Clone, Debug)]
pub(super) struct Options<'t>(Vec<(&'t str, Node<'t>)>);

impl<'t> Options<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        let options = node.children().map(|child| (long(child.key()), child));
        Options(options.collect())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'t str, Node<'t>)> {
        self.0.iter().copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<Node<'t>> {
        let found = self.0.iter().find(|(option, _)| *option == name);
        found.map(|(_, node)| *node)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&'t str> {
        self.get(name)?.text().filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.number()
    }

    /// An object's options.
    pub(super) fn inside(&self, name: &str) -> Option<Options<'t>> {
        let node = self.get(name).filter(|node| node.is_object())?;
        Some(Options::of(node))
    }

    /// Adds options of `shared` that it does not have itself.
    pub(super) fn share(&mut self, shared: &Options<'t>, names: &[&str]) {
        for (name, node) in shared.all().filter(|(name, _)| names.contains(name)) {
            if self.get(name).is_none() {
                self.0.push((name, node));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_found() {
        assert!(SHORT.is_sorted_by_key(|(short, _)| short));
        assert_eq!(long("stat_t"), "state_topic");
        assert_eq!(long("t"), "topic");
        assert_eq!(long("state_topic"), "state_topic");
        assert_eq!(long("~"), "~");
    }
}
