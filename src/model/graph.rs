//! What only the whole policy shows: names declared twice, circles, what nobody speaks of, shared pages, no lead.

