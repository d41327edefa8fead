package fault

// Match checks the version of an object against the If-Match of whoever wants
// to change it, 0 when they did not say: Precondition.
func Match(version, ifMatch int64) error {
	if ifMatch == 0 || ifMatch == version {
		return nil
	}
	return Field(Precondition, "PreconditionFailed", "If-Match", "Somebody changed the object since you read it.", "Read it again and repeat the change with the new ETag.")
}

// Missing is an object that is not in the tenant: NotFound.
func Missing(kind, id string) error {
	return Field(NotFound, "ResourceNotFound", "id", "There is no "+kind+" with the id '"+id+"' in this tenant.", "List the "+kind+"s to find the right id.")
}
