"""The REST door of Doorward."""
