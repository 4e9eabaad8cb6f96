"""`spoeq plugins check`: whether a plugin keeps what SPOEQ asks of plugins, each rule a check with an id."""
