namespace Portal.Web.Ui;

/// <summary>The console's own icons; each is a path in <see cref="Icon"/>.</summary>
public enum IconName
{
    Apps, Activity, Logs, Members, Settings, Key, Globe, Webhook, Node, CheckCircle, ErrorCircle, Warning, Info, Help, Progress, Pause, Play,
    Download, Copy, Trash, Plus, ChevronDown, ChevronRight, Close, Search, Theme, User, External, Undo, Instance, Team, Project, Environment, Bars,
    Release, Dash, Retry, Lock, SignOut, Edit, Link,
}
